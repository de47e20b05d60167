//! The types of an expression, and what of CEL is left out because it can fail.

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, IdedExpr, ListExpr, LiteralValue, SelectExpr, operators};
use copydesk_stage::{ConfigError, closest};

use crate::fields::{FIELDS, Field, Type};

/// Checks a condition; the fields that it names.
pub(crate) fn check(expression: &IdedExpr) -> Result<Vec<&'static Field>, ConfigError> {
    let mut checker = Checker { fields: Vec::new(), variables: Vec::new() };
    match checker.of(expression)? {
        Type::Bool => Ok(checker.fields),
        other => Err(wrong(format!("is {other}, and has to be true or false"), "compare it: `language == \"en\"`")),
    }
}

struct Checker {
    fields: Vec<&'static Field>,
    /// Those of `exists` and `all`.
    variables: Vec<(String, Type)>,
}

fn wrong(message: impl Into<String>, help: impl Into<String>) -> ConfigError {
    ConfigError::at("", message).help(help)
}

/// What an operator is called where it is written.
fn written(name: &str) -> String {
    match name {
        operators::INDEX => "[]".into(),
        _ => name.replace('_', " ").trim().replace(['@', '!'], ""),
    }
}

const HAS: &str = "there are `==`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `&&`, `||`, `!`, `? :`, `size`, `contains`, `startsWith`, \
                   `endsWith`, `exists` and `all`";

impl Checker {
    fn of(&mut self, expression: &IdedExpr) -> Result<Type, ConfigError> {
        match &expression.expr {
            Expr::Literal(literal) => literal_type(literal),
            Expr::Ident(name) => self.name(name),
            Expr::Select(select) => self.select(select),
            Expr::List(list) => self.list(list),
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::Map(_) | Expr::Struct(_) => Err(wrong("there are no maps in conditions", HAS)),
            Expr::Unspecified => Err(wrong("cannot be read", HAS)),
        }
    }

    fn name(&mut self, name: &str) -> Result<Type, ConfigError> {
        if let Some((_, of)) = self.variables.iter().rev().find(|(variable, _)| variable == name) {
            return Ok(*of);
        }
        self.field(name)
    }

    fn field(&mut self, name: &str) -> Result<Type, ConfigError> {
        if let Some(field) = Field::find(name) {
            if !self.fields.iter().any(|known| known.name == name) {
                self.fields.push(field);
            }
            return Ok(field.of);
        }
        if FIELDS.iter().any(|field| field.name.split_once('.').is_some_and(|(table, _)| table == name)) {
            return Err(wrong(format!("`{name}` is a table: name a field of it"), format!("`{name}.uri == \"...\"`")));
        }
        let names = || FIELDS.iter().map(|field| field.name);
        let mut error = ConfigError::at("", format!("a record has no field `{name}`"));
        if let Some(near) = closest(name, names()) {
            error.label = Some(format!("did you mean `{near}`?"));
        }
        Err(error.help(format!("fields: {}", names().collect::<Vec<_>>().join(", "))))
    }

    fn select(&mut self, select: &SelectExpr) -> Result<Type, ConfigError> {
        if select.test {
            let help = "compare it: `title != \"\"`, `size(authors) > 0`";
            return Err(wrong(
                "`has` is not needed: every field has a value, an empty one where a record has none",
                help,
            ));
        }
        match &select.operand.expr {
            Expr::Ident(table) if !self.variables.iter().any(|(name, _)| name == table) => {
                self.field(&format!("{table}.{}", select.field))
            }
            Expr::Map(_) | Expr::Struct(_) => self.of(&select.operand),
            _ => Err(wrong(format!("nothing has a field `{}` here", select.field), HAS)),
        }
    }

    fn list(&mut self, list: &ListExpr) -> Result<Type, ConfigError> {
        for element in &list.elements {
            let of = self.of(element)?;
            if of != Type::Text {
                return Err(wrong(format!("a list holds texts, not {of}"), "write `language in [\"en\", \"de\"]`"));
            }
        }
        Ok(Type::Texts)
    }

    fn call(&mut self, call: &CallExpr) -> Result<Type, ConfigError> {
        let name = call.func_name.as_str();
        match (name, &call.target, call.args.as_slice()) {
            (operators::LOGICAL_AND | operators::LOGICAL_OR | operators::LOGICAL_NOT, None, args) => {
                args.iter().try_for_each(|arg| self.needs(arg, Type::Bool, &written(name)))?;
                Ok(Type::Bool)
            }
            (operators::CONDITIONAL, None, [condition, one, other]) => {
                self.needs(condition, Type::Bool, "?")?;
                let (one, other) = (self.of(one)?, self.of(other)?);
                if one == other {
                    return Ok(one);
                }
                Err(wrong(format!("both sides of `:` have to be the same, not {one} and {other}"), HAS))
            }
            (operators::EQUALS | operators::NOT_EQUALS, None, [left, right]) => self.compared(left, right, false),
            (
                operators::LESS | operators::LESS_EQUALS | operators::GREATER | operators::GREATER_EQUALS,
                None,
                [left, right],
            ) => self.compared(left, right, true),
            (operators::IN, None, [one, list]) => {
                self.needs(one, Type::Text, "in")?;
                match self.of(list)? {
                    Type::Texts => Ok(Type::Bool),
                    of => Err(wrong(
                        format!("behind `in` stands a list of texts, not {of}"),
                        "a text in a text is `title.contains(\"...\")`",
                    )),
                }
            }
            ("size", None, [of]) => self.size(of),
            ("size", Some(of), []) => self.size(of),
            ("contains" | "startsWith" | "endsWith", Some(target), [part]) => {
                match self.of(target)? {
                    Type::Text => {}
                    Type::Texts => {
                        return Err(wrong(
                            format!("`{name}` asks a text, not a list of texts"),
                            "write `\"...\" in authors`, or `authors.exists(a, a.contains(\"...\"))`",
                        ));
                    }
                    of => return Err(wrong(format!("`{name}` asks a text, not {of}"), HAS)),
                }
                self.needs(part, Type::Text, name)?;
                Ok(Type::Bool)
            }
            _ => Err(wrong(format!("there is no `{}` in conditions", written(name)), HAS)),
        }
    }

    fn size(&mut self, of: &IdedExpr) -> Result<Type, ConfigError> {
        match self.of(of)? {
            Type::Text | Type::Texts => Ok(Type::Int),
            other => Err(wrong(format!("`size` is that of a text or a list, not of {other}"), HAS)),
        }
    }

    fn needs(&mut self, expression: &IdedExpr, needed: Type, by: &str) -> Result<(), ConfigError> {
        let of = self.of(expression)?;
        if of == needed {
            return Ok(());
        }
        Err(wrong(format!("what stands at `{by}` is {of}, and has to be {needed}"), HAS))
    }

    fn compared(&mut self, left: &IdedExpr, right: &IdedExpr, ordered: bool) -> Result<Type, ConfigError> {
        let whole = |expression: &IdedExpr| match &expression.expr {
            Expr::Literal(LiteralValue::Int(number)) => Some(*number.inner()),
            _ => None,
        };
        match (self.of(left)?, self.of(right)?) {
            (Type::Texts, Type::Texts) => Err(wrong(
                "lists cannot be compared",
                "ask for `size(authors) == 0`, or for one of them: `\"...\" in authors`",
            )),
            (Type::Bool, Type::Bool) if ordered => Err(wrong("true and false have no order", HAS)),
            (one, other) if one == other => Ok(Type::Bool),
            (Type::Double, Type::Int) | (Type::Int, Type::Double) if whole(left).or(whole(right)).is_some() => {
                let number = whole(left).or(whole(right)).unwrap_or_default();
                Err(wrong(
                    "a number with a fraction is compared with a whole one",
                    format!("write a number with a fraction: {number}.0"),
                ))
            }
            (one, other) => {
                let says = format!("{one} and {other} cannot be compared");
                match whole(left).or(whole(right)) {
                    Some(number) if [one, other].contains(&Type::Text) => {
                        Err(wrong(says, format!("write the text that a record has, days too: \"{number}\"")))
                    }
                    _ => Err(wrong(says, HAS)),
                }
            }
        }
    }

    /// `exists` and `all`, as the parser spells them out.
    fn comprehension(&mut self, it: &ComprehensionExpr) -> Result<Type, ConfigError> {
        let is_bool = matches!(it.accu_init.expr, Expr::Literal(LiteralValue::Boolean(_)));
        if !is_bool || it.iter_var2.is_some() {
            return Err(wrong("there is no `map`, `filter` or `exists_one` in conditions", HAS));
        }
        match self.of(&it.iter_range)? {
            Type::Texts => {}
            other => return Err(wrong(format!("`exists` and `all` ask a list of texts, not {other}"), HAS)),
        }
        self.variables.push((it.accu_var.clone(), Type::Bool));
        self.variables.push((it.iter_var.clone(), Type::Text));
        let of = self.of(&it.loop_step);
        self.variables.truncate(self.variables.len() - 2);
        match of? {
            Type::Bool => Ok(Type::Bool),
            other => Err(wrong(format!("what `exists` and `all` ask has to be true or false, not {other}"), HAS)),
        }
    }
}

fn literal_type(literal: &LiteralValue) -> Result<Type, ConfigError> {
    match literal {
        LiteralValue::Boolean(_) => Ok(Type::Bool),
        LiteralValue::Int(_) => Ok(Type::Int),
        LiteralValue::Double(_) => Ok(Type::Double),
        LiteralValue::String(_) => Ok(Type::Text),
        LiteralValue::Null => {
            Err(wrong("there is no `null`: a field is an empty text where a record has none", "write `title == \"\"`"))
        }
        LiteralValue::UInt(_) | LiteralValue::Bytes(_) => {
            Err(wrong("no field has such a value", "write numbers as 1 or 1.0, and texts in quotes"))
        }
    }
}
