//! The story of one verdict on a page.

use super::page::Page;
use super::raw::side_by_side;
use crate::explain::{Considered, Consulted, Door, Link, Story};
use crate::report::format::{duration, instant, number};

/// The fate of a push that names the group alone.
const NAMES_NOBODY: &str = "names_nobody";

/// Candidates that a page shows; the JSON has all.
const SHOWN: usize = 20;

pub(super) fn tell(story: &Story, page: &mut Page) {
    let item = &story.item;
    page.line(&format!("{}: {}", item.verdict, item.reason));
    page.paragraph(0, 0, &format!("{}.", story.meaning));
    page.line("");
    page.paragraph(0, 0, &story.headline);
    page.line("");
    page.pair("item", &item.item_id);
    page.pair("test", story.test_id.unwrap_or("none by itself"));
    page.pair("verb", &format!("{} ({})", item.verb, story.direction));
    page.pair("subject", &item.subject);
    page.pair("entitlement", &item.entitlement);
    page.pair("scope", &story.scope);
    page.pair("actor", story.actor.as_deref().unwrap_or("not said"));
    story.door.iter().for_each(|door| page.pair("door", &in_words(door)));
    chain(&story.chain, page);
    considered(story, page);
    page.heading("state");
    page.pair("before", story.state.before);
    page.pair("after", story.state.after);
    page.pair("shown by", story.state.shown_by.as_deref().unwrap_or_default());
    page.pair("due", &story.state.due.as_deref().map(instant).unwrap_or_default());
    coverage(&story.coverage, page);
    page.heading("parameters");
    for parameter in &story.parameters {
        page.pair(&parameter.name, &format!("{} ({})", parameter.value, parameter.origin));
    }
    page.heading("records");
    let title = |link: &Link| format!("{} {} {}", link.role, link.source, link.time);
    let records: Vec<(String, &str)> = story.chain.iter().map(|link| (title(link), link.raw.as_str())).collect();
    side_by_side(&records, page.width()).iter().for_each(|line| page.line(line));
}

fn in_words(door: &Door) -> String {
    let given =
        [("channel", &door.channel), ("endpoint", &door.endpoint), ("from", &door.source_ip), ("", &door.user_agent)];
    let shown = given.iter().filter_map(|(what, value)| Some(format!("{what} {}", value.as_deref()?)));
    let shown: Vec<String> = shown.map(|text| text.trim().to_owned()).collect();
    format!("{}: {} ({})", door.class, door.meaning, shown.join(", "))
}

fn chain(links: &[Link], page: &mut Page) {
    page.heading("chain");
    for link in links {
        page.pair(link.role, &format!("{}  {} {}  {}", link.time, link.source, link.event_type, outcome(link)));
        page.pair("", &link.note);
        page.pair("", &link.actor.as_ref().map(|actor| format!("by {actor}")).unwrap_or_default());
        page.pair("", &format!("event {}", link.event_id));
        let ids = [("native", &link.native_id), ("request", &link.request_id)];
        let ids: Vec<String> = ids.iter().filter_map(|(what, id)| Some(format!("{what} {}", id.as_deref()?))).collect();
        page.pair("", &ids.join("  "));
        let (line, offset) = (number(link.line), number(link.byte_offset));
        page.pair("", &format!("{} line {line}, byte {offset}, {} bytes", link.path, number(link.byte_length)));
        let masked = link.raw_sha256.as_ref().map(|digest| format!("secrets masked; SHA-256 of the original {digest}"));
        page.pair("", &masked.unwrap_or_default());
    }
}

fn outcome(link: &Link) -> String {
    link.outcome_reason.as_ref().map_or_else(|| link.outcome.clone(), |reason| format!("{}: {reason}", link.outcome))
}

fn considered(story: &Story, page: &mut Page) {
    let title = if story.item.side == "vouching" { "considered as authority" } else { "considered as effect" };
    page.heading(title);
    if story.considered.is_empty() {
        page.paragraph(2, 0, "nothing within thirty days");
    }
    let is_told = |at: &usize| story.considered[*at].fate != NAMES_NOBODY;
    let mut nearest: Vec<usize> = (0..story.considered.len()).filter(is_told).collect();
    let nameless = story.considered.len() - nearest.len();
    let told = nearest.len();
    nearest.sort_by_key(|at| (!story.considered[*at].is_chosen, story.considered[*at].lag_seconds.abs(), *at));
    nearest.truncate(SHOWN);
    nearest.sort_unstable();
    for at in &nearest {
        candidate(&story.considered[*at], page);
    }
    let more = |count: usize, what: &str| match count {
        0 => None,
        count => Some(format!("and {} {what}: --format json has all", number(count as u64))),
    };
    let left = [
        more(told - nearest.len(), "more, farther off"),
        more(nameless, "pushes of the whole group, which do not name this subject"),
    ];
    left.iter().flatten().for_each(|line| page.paragraph(2, 0, line));
}

fn candidate(one: &Considered, page: &mut Page) {
    let mark = if one.is_chosen { '*' } else { ' ' };
    let lag = match one.lag_seconds {
        0 => "at once".to_owned(),
        lag if lag > 0 => format!("{} before", duration(lag)),
        lag => format!("{} after", duration(-lag)),
    };
    let by = one.actor.as_ref().map(|actor| format!(" by {actor}")).unwrap_or_default();
    let text = format!("{}{by}, {}, {lag}: {} (event {})", one.verb, one.scope, one.meaning, one.event_id);
    page.beside(&format!("{mark} {:27} {}", one.time, one.kind), &text);
}

fn coverage(asked: &Consulted, page: &mut Page) {
    page.heading("coverage");
    let leaned = match asked.is_leaned_on {
        true => "the verdict leans on what the logs do not show",
        false => "the verdict rests on records that are there; coverage is shown, not leaned on",
    };
    page.paragraph(2, 0, leaned);
    page.pair("window", &format!("{} to {}", instant(&asked.from), instant(&asked.until)));
    for log in &asked.logs {
        let hours = [
            (log.covered, "covered"),
            (log.quiet, "quiet"),
            (log.hole, "in holes"),
            (log.not_established, "not established"),
        ];
        let hours: Vec<String> =
            hours.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        page.pair("log", &format!("{} {}: {} hours, {}", log.source, log.scope, log.hour_count, hours.join(", ")));
    }
    if asked.logs.is_empty() {
        page.pair("log", "none at hand");
    }
    match &asked.hole {
        Some(hole) => {
            let edge = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { instant(text) };
            let (from, until) = (edge(&hole.from, "before all evidence"), edge(&hole.until, "the end of time"));
            page.pair("hole", &format!("{} in {} {}, {from} until {until}", hole.hole_id, hole.source, hole.scope));
        }
        None => page.pair("open", asked.open_because.as_deref().unwrap_or_default()),
    }
}
