//! How the cost of a page grows with its size: it shall not, per megabyte.

use std::fmt::Write as _;

use anyhow::{Result, anyhow};
use copydesk_document::Input;
use copydesk_parse::{Limits, parse};
use copydesk_stage::{Context, Stage as _};
use copydesk_stage_strip_boilerplate::StripBoilerplate;
use cpu_time::ThreadTime;

/// Prints the cost per megabyte of invented pages from 10 kB to 10 MB.
pub(crate) fn measure(rounds: usize) -> Result<()> {
    let stage = StripBoilerplate::default();
    println!("\n{:<12}{:>14}{:>14}", "page", "parsing ms/MB", "both ms/MB");
    for size in [10_000, 100_000, 1_000_000, 10_000_000] {
        let page = page(size);
        let megabytes = page.len() as f64 / 1e6;
        let input = Input::new("page.html", page);
        // Small pages are read often, so that the clock's grain does not show.
        let times = rounds * (1_000_000 / size).max(1);
        let (mut parsing, mut both) = (f64::MAX, f64::MAX);
        for _ in 0..times {
            let start = ThreadTime::now();
            let mut doc = parse(&input, &Limits::default()).map_err(|e| anyhow!("{e}"))?;
            parsing = parsing.min(start.elapsed().as_secs_f64());
            stage.process(&mut doc, &mut Context::new("strip-boilerplate")).map_err(|e| anyhow!("{e}"))?;
            both = both.min(start.elapsed().as_secs_f64());
        }
        println!(
            "{:<12}{:>14.2}{:>14.2}",
            format!("{} kB", size / 1000),
            parsing * 1e3 / megabytes,
            both * 1e3 / megabytes
        );
    }
    Ok(())
}

/// A page of about so many bytes: a menu, a story, comments, and what scripts and styles weigh on a page of our days.
fn page(size: usize) -> String {
    let mut html = String::from(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>The ferry runs again | Harbour Post\
         </title></head><body><header class=\"site-header\"><nav class=\"main-nav\"><ul>",
    );
    for entry in 0..12 {
        _ = write!(html, "<li class=\"item\"><a href=\"/section/{entry}\">Section {entry}</a></li>");
    }
    html.push_str("</ul></nav></header><main><article class=\"post\"><h1>The ferry runs again</h1>");
    let mut part = 0;
    while html.len() < size {
        part += 1;
        _ = write!(
            html,
            "<h2 class=\"sub\">Day {part} of the works</h2>\
             <p class=\"text\" data-id=\"{part}\">On day {part} the <b>harbour office</b> counted {} passengers on the \
             <a href=\"/ferry/{part}\">northern crossing</a>, a few more than in the week before, and said that the \
             timetable of the summer would be kept as long as the weather allows it.</p>\
             <ul><li>Boat {part} sails at eight in the morning.</li><li>It returns at noon &amp; at six.</li></ul>\
             <div class=\"teaser\"><a href=\"/story/{part}\"><img src=\"/i/{part}.jpg\" alt=\"Boat {part}\">\
             <span class=\"label\">More about boat {part}</span></a></div>\
             <script>window.slots=window.slots||[];slots.push({{id:{part},kind:'box',sizes:[[300,250],[728,90]]}})\
             </script>",
            part * 37 % 911
        );
    }
    html.push_str("</article></main><footer class=\"site-footer\"><p>© Harbour Post</p></footer></body></html>");
    html
}
