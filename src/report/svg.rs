//! The two pictures, drawn from the model: the coverage strip and the latency distribution.
//!
//! Meaning is carried by pattern as well as by colour, so that the pictures survive a black-and-white print. Colours come
//! from classes that the page's style sheet sets, for light and dark screens.

use std::fmt::Write;

use super::escape::{cut, html_text, visible};
use super::format::{duration, number};
use super::model::{Coverage, CoverageDay, CoverageRow, Latency, Period, Quantile};

const WIDTH: f64 = 960.0;
const LABEL: f64 = 190.0;
const ROW: f64 = 34.0;
const BAR: f64 = 18.0;
const TOP: f64 = 26.0;

/// One row a source and scope, one cell a day. Empty where there is nothing to draw. `prefix` keeps ids apart where a
/// page holds the picture twice.
pub fn coverage(coverage: &Coverage, period: &Period, prefix: &str) -> String {
    if coverage.rows.is_empty() {
        return String::new();
    }
    let height = TOP + ROW * count(coverage.rows.len()) + 30.0;
    let title = format!("Coverage of the period {}", label(&period.label, 60));
    let mut svg = open(prefix, height, &title, &description(coverage));
    patterns(&mut svg, prefix);
    months(&mut svg, &coverage.rows, height);
    for (index, row) in coverage.rows.iter().enumerate() {
        strip(&mut svg, row, TOP + ROW * count(index), prefix);
    }
    hole_labels(&mut svg, coverage);
    legend(&mut svg, height - 14.0, prefix);
    svg.push_str("</svg>");
    svg
}

/// How long one direction took, on a logarithmic scale with the limit drawn in. Empty where nothing was measured and
/// nothing is open.
pub fn latency(latency: &Latency, prefix: &str) -> String {
    if latency.count == 0 && latency.open_count == 0 {
        return String::new();
    }
    let title = format!("Time from decision to effect, {}", label(&latency.direction, 60));
    let mut svg = open(prefix, 230.0, &title, &latency_description(latency));
    patterns(&mut svg, prefix);
    let tallest = latency.buckets.iter().map(|b| b.count).chain([latency.open_count, 1]).max().unwrap_or(1);
    axis(&mut svg, latency, tallest);
    for bucket in latency.buckets.iter().filter(|b| b.count > 0) {
        let (left, right) = (log_x(bucket.from_seconds), log_x(bucket.to_seconds));
        bar(&mut svg, left, right, bucket.count, tallest, "class=\"bar\"");
    }
    if latency.open_count > 0 {
        let fill = format!("class=\"open\" fill=\"url(#{prefix}-hole)\"");
        bar(&mut svg, OPEN, OPEN + 50.0, latency.open_count, tallest, &fill);
    }
    limit(&mut svg, latency.sla_seconds);
    svg.push_str("</svg>");
    svg
}

fn open(prefix: &str, height: f64, title: &str, description: &str) -> String {
    format!(
        "<svg class=\"figure\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"{prefix}-t {prefix}-d\" \
         xmlns=\"http://www.w3.org/2000/svg\"><title id=\"{prefix}-t\">{title}</title><desc id=\"{prefix}-d\">{description}</desc>"
    )
}

// Pushing onto a string cannot fail; the result is dropped on purpose.
macro_rules! put {
    ($svg:expr, $($text:tt)*) => { let _ = write!($svg, $($text)*); };
}

fn patterns(svg: &mut String, prefix: &str) {
    put!(
        svg,
        "<defs><clipPath id=\"{prefix}-clip\"><rect width=\"{:.0}\" height=\"100000\"/></clipPath><pattern id=\"{prefix}-hole\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
         <rect class=\"hole-ground\" width=\"6\" height=\"6\"/><rect class=\"hole-line\" width=\"2.5\" height=\"6\"/></pattern>\
         <pattern id=\"{prefix}-quiet\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">\
         <rect class=\"quiet-ground\" width=\"5\" height=\"5\"/><circle class=\"quiet-dot\" cx=\"2.5\" cy=\"2.5\" r=\"0.8\"/></pattern></defs>",
        LABEL - 6.0
    );
}

fn strip(svg: &mut String, row: &CoverageRow, y: f64, prefix: &str) {
    let name = label(&format!("{} / {}", row.source, row.scope), 30);
    put!(svg, "<text class=\"label\" x=\"0\" y=\"{:.1}\" clip-path=\"url(#{prefix}-clip)\">{name}</text>", y + 13.0);
    if !row.established {
        put!(
            svg,
            "<rect class=\"unknown\" x=\"{LABEL}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{BAR}\"/>\
             <text class=\"label\" x=\"{:.1}\" y=\"{:.1}\">not established: {}</text>",
            WIDTH - LABEL,
            LABEL + 8.0,
            y + 13.0,
            label(&row.note, 100)
        );
        return;
    }
    let cell = (WIDTH - LABEL) / count(row.days.len().max(1));
    let mut start = 0;
    // Equal neighbours are drawn as one, which keeps a year's strip small.
    for run in row.days.chunk_by(|a, b| shares(a) == shares(b)) {
        let x = LABEL + cell * count(start);
        day(svg, &run[0], (x, y, cell * count(run.len())), prefix);
        start += run.len();
    }
    put!(svg, "<rect class=\"frame\" x=\"{LABEL}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{BAR}\"/>", WIDTH - LABEL);
}

fn label(text: &str, cap: usize) -> String {
    html_text(&cut(&visible(text), cap))
}

fn shares(day: &CoverageDay) -> [f64; 3] {
    let hours = f64::from((day.covered + day.quiet + day.hole).max(1));
    [day.covered, day.quiet, day.hole].map(|part| f64::from(part) / hours)
}

fn day(svg: &mut String, day: &CoverageDay, (x, y, width): (f64, f64, f64), prefix: &str) {
    let [covered, quiet, hole] = shares(day).map(|share| share * BAR);
    let mut part = |top: f64, height: f64, paint: &str| {
        if height > 0.0 {
            put!(svg, "<rect {paint} x=\"{x:.2}\" y=\"{top:.2}\" width=\"{width:.2}\" height=\"{height:.2}\"/>");
        }
    };
    part(y, hole, &format!("fill=\"url(#{prefix}-hole)\""));
    part(y + hole, quiet, &format!("fill=\"url(#{prefix}-quiet)\""));
    part(y + hole + quiet, covered, "class=\"covered\"");
}

fn hole_labels(svg: &mut String, coverage: &Coverage) {
    for (index, row) in coverage.rows.iter().enumerate().filter(|(_, row)| row.established) {
        let y = TOP + ROW * count(index) + BAR + 9.0;
        let cell = (WIDTH - LABEL) / count(row.days.len().max(1));
        let mut free_from = LABEL;
        for hole in coverage.holes.rows.iter().filter(|h| h.source == row.source && h.scope == row.scope) {
            let Some(day) = row.days.iter().position(|d| hole.start.starts_with(&d.date)) else { continue };
            let x = (LABEL + cell * count(day)).min(WIDTH - 34.0);
            if x < free_from {
                continue;
            }
            put!(svg, "<text class=\"small\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", label(&hole.id, 12));
            free_from = x + 44.0;
        }
    }
}

fn months(svg: &mut String, rows: &[CoverageRow], height: f64) {
    let Some(row) = rows.iter().find(|r| !r.days.is_empty()) else { return };
    let cell = (WIDTH - LABEL) / count(row.days.len());
    let mut free_from = 0.0;
    for (index, day) in row.days.iter().enumerate().filter(|(i, d)| *i == 0 || d.date.ends_with("-01")) {
        let x = LABEL + cell * count(index);
        if x < free_from {
            continue;
        }
        put!(svg, "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"16\" y2=\"{:.1}\"/>", height - 28.0);
        put!(svg, "<text class=\"small\" x=\"{:.1}\" y=\"12\">{}</text>", x + 2.0, label(&day.date, 10));
        free_from = x + 70.0;
    }
}

fn legend(svg: &mut String, y: f64, prefix: &str) {
    let entries = [
        ("class=\"covered\"".to_owned(), "covered: records at hand"),
        (format!("fill=\"url(#{prefix}-quiet)\""), "quiet: none, none expected"),
        (format!("fill=\"url(#{prefix}-hole)\""), "hole: none, some expected"),
    ];
    for (index, (paint, text)) in entries.iter().enumerate() {
        let x = LABEL + 220.0 * count(index);
        put!(svg, "<rect {paint} x=\"{x:.1}\" y=\"{y:.1}\" width=\"16\" height=\"11\"/>");
        put!(svg, "<text class=\"small\" x=\"{:.1}\" y=\"{:.1}\">{text}</text>", x + 22.0, y + 9.5);
    }
}

fn description(coverage: &Coverage) -> String {
    let row = |row: &CoverageRow| {
        let name = format!("{} / {}", cut(&row.source, 40), cut(&row.scope, 40));
        let said = if row.established {
            let [covered, quiet, hole] = [row.covered_hours, row.quiet_hours, row.hole_hours].map(number);
            format!("{covered} hours covered, {quiet} quiet, {hole} in holes")
        } else {
            "coverage not established".to_owned()
        };
        html_text(&format!("{name}: {said}."))
    };
    coverage.rows.iter().map(row).collect::<Vec<_>>().join(" ")
}

const BASE: f64 = 176.0;
const OPEN: f64 = 890.0;
const PLOT: (f64, f64) = (20.0, 850.0);

fn log_x(seconds: i64) -> f64 {
    let edges = super::derive::BUCKET_EDGES;
    let [first, last] = [edges[0], edges[edges.len() - 1]].map(real);
    let share = (real(seconds.max(1)) / first).ln() / (last / first).ln();
    PLOT.0 + (PLOT.1 - PLOT.0) * share.clamp(0.0, 1.0)
}

fn axis(svg: &mut String, latency: &Latency, tallest: u64) {
    put!(svg, "<line class=\"axis\" x1=\"{}\" x2=\"{}\" y1=\"{BASE}\" y2=\"{BASE}\"/>", PLOT.0, PLOT.1);
    for seconds in [1, 10, 60, 600, 3_600, 21_600, 86_400, 604_800, 2_592_000] {
        let x = log_x(seconds);
        put!(svg, "<line class=\"axis\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{BASE}\" y2=\"{:.1}\"/>", BASE + 5.0);
        put!(svg, "<text class=\"small middle\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>", BASE + 18.0, duration(seconds));
    }
    put!(
        svg,
        "<text class=\"small\" x=\"0\" y=\"12\">decisions a bucket; tallest bar {}</text>\
         <text class=\"small middle\" x=\"{:.1}\" y=\"{:.1}\">time from decision to effect (logarithmic)</text>",
        number(tallest),
        (PLOT.0 + PLOT.1) / 2.0,
        BASE + 42.0
    );
    if latency.open_count > 0 {
        put!(svg, "<text class=\"small middle\" x=\"{:.1}\" y=\"{:.1}\">no effect</text>", OPEN + 25.0, BASE + 18.0);
        put!(svg, "<text class=\"small middle\" x=\"{:.1}\" y=\"{:.1}\">at cut-off</text>", OPEN + 25.0, BASE + 32.0);
    }
}

fn bar(svg: &mut String, left: f64, right: f64, size: u64, tallest: u64, paint: &str) {
    let height = (real_count(size) / real_count(tallest.max(1)) * 112.0).max(1.5);
    let top = BASE - height;
    put!(
        svg,
        "<rect {paint} x=\"{:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{height:.1}\"/>\
         <text class=\"small middle\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
        left + 1.0,
        (right - left - 2.0).max(1.0),
        (left + right) / 2.0,
        top - 4.0,
        number(size)
    );
}

fn limit(svg: &mut String, seconds: i64) {
    let x = log_x(seconds);
    put!(
        svg,
        "<line class=\"limit\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"24\" y2=\"{BASE}\"/>\
         <text class=\"small middle strong\" x=\"{x:.1}\" y=\"20\">limit {}</text>",
        duration(seconds)
    );
}

fn latency_description(latency: &Latency) -> String {
    let open = number(latency.open_count);
    let limit = duration(latency.sla_seconds);
    if !latency.measured {
        return html_text(&format!("No decision has an effect; {open} without effect at cut-off."));
    }
    let quantile = |q: &Quantile| match (q.percent, q.reached) {
        (100, _) => None,
        (percent, true) => Some(format!("{percent} percent within {}", duration(q.seconds))),
        (percent, false) => Some(format!("{percent} percent not reached")),
    };
    let quantiles = latency.quantiles.iter().filter_map(quantile).collect::<Vec<_>>().join(", ");
    let (count, late, longest) = (number(latency.count), number(latency.late_count), duration(latency.longest_seconds));
    html_text(&format!(
        "{count} decisions with an effect, the longest after {longest}, {late} later than the limit of {limit}; {open} without effect at cut-off. With those: {quantiles}."
    ))
}

fn count(index: usize) -> f64 {
    f64::from(u32::try_from(index).unwrap_or(u32::MAX))
}

fn real(seconds: i64) -> f64 {
    f64::from(i32::try_from(seconds).unwrap_or(i32::MAX))
}

fn real_count(size: u64) -> f64 {
    f64::from(u32::try_from(size).unwrap_or(u32::MAX))
}
