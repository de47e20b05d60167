//! `[[test]]`: what a pipeline file expects of itself.

use super::Loader;
use crate::{
    PipelineTest,
    diagnosis::Diagnostic,
    node::{Entry, Node, NodeValue},
    pipeline_test,
    schema_check::Subject,
};

impl Loader<'_> {
    pub(super) fn tests(&mut self, entry: &Entry) -> Vec<PipelineTest> {
        let NodeValue::Array(nodes) = &entry.node.value else {
            let message = format!("`test` is a list of tables, not {}", entry.node.kind());
            self.say(Diagnostic::error(message, entry.key_span.clone()).help("write `[[test]]` before each of them"));
            return Vec::new();
        };
        let schema = pipeline_test::schema();
        let mut tests: Vec<PipelineTest> = Vec::new();
        for node in nodes {
            let Some(test) = self.test(node, &schema) else { continue };
            if tests.iter().any(|other| other.name == test.name) {
                let place = node.place_of("name").unwrap_or_else(|| node.span.clone());
                self.say(Diagnostic::error(format!("two tests are called `{}`", test.name), place).label("the second"));
            }
            tests.push(test);
        }
        tests
    }

    fn test(&mut self, node: &Node, schema: &serde_json::Value) -> Option<PipelineTest> {
        let subject = Subject { name: "`[[test]]`".into(), schema, besides: &[], elsewhere: &|_| None };
        let found = subject.check(node);
        if !found.is_empty() {
            self.found.extend(found);
            return None;
        }
        let test: PipelineTest = match serde_json::from_value(node.to_json(&[])) {
            Ok(test) => test,
            Err(error) => {
                self.say(Diagnostic::error(format!("`[[test]]`: {error}"), node.span.clone()));
                return None;
            }
        };
        if let Some((key, message)) = test.fault() {
            let place = node.place_of(key).unwrap_or_else(|| node.span.clone());
            let name = if test.name.is_empty() { "a test".into() } else { format!("the test `{}`", test.name) };
            self.say(Diagnostic::error(format!("{name} {message}"), place));
            return None;
        }
        Some(test)
    }
}
