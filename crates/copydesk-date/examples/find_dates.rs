//! Reads lines from standard input and prints the dates of each: a way to look at what the reader makes of a text.

use std::io::{self, BufRead, Write};

use copydesk_date::{Hints, find, from_url, is_date_line, label_word, machine};

fn main() -> io::Result<()> {
    let language = std::env::args().nth(1);
    let hints =
        Hints { language: language.as_deref(), fetched: "2024-11-10T12:00:00Z".parse().ok(), ..Hints::default() };
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let show = |value: Option<_>| {
            value.map_or_else(|| "-".to_owned(), |value: copydesk_date::Timestamp| value.to_string())
        };
        writeln!(
            out,
            "{line}\n  machine {}  url {}  date line {}  label {:?}",
            show(machine(&line)),
            show(from_url(&line)),
            is_date_line(&line),
            label_word(&line)
        )?;
        for found in find(&line, &hints) {
            let text = &line[found.span.clone()];
            let marks = [(found.relative, "relative"), (found.range, "range"), (found.short_year, "short year")];
            let marks: Vec<&str> = marks.iter().filter(|(set, _)| *set).map(|(_, name)| *name).collect();
            writeln!(
                out,
                "  «{text}» {:?} {} {:?} {}",
                found.label(),
                show(found.value()),
                found.reading,
                marks.join(", ")
            )?;
        }
    }
    Ok(())
}
