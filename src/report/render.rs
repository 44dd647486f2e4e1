//! Pages from the model, and from nothing else: `model.json` alone is enough to make them again.

use tera::{Context, EscapeFn, Kwargs, State, Tera};

use super::model::{InputFile, Listing, Model};
use super::{escape, format, svg};
use crate::error::{Error, Result};

/// Files read that a page lists at most; `model.json` has all of them.
const INPUTS_LISTED: usize = 1_000;

/// One page of the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Name within the package.
    pub file_name: &'static str,
    /// Its text.
    pub text: String,
}

macro_rules! templates {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("../../templates/", $name)))),*] };
}

const HTML: &[(&str, &str)] = templates![
    "html/annex.html",
    "html/appendices.html",
    "html/appendix_contents.html",
    "html/base.html",
    "html/basis.html",
    "html/companions.html",
    "html/comparison.html",
    "html/components.html",
    "html/coverage.html",
    "html/criteria.html",
    "html/crosswalk.html",
    "html/exceptions.html",
    "html/findings.html",
    "html/inputs.html",
    "html/ipe.html",
    "html/iso_contents.html",
    "html/latency.html",
    "html/metrics.html",
    "html/non_occurrences.html",
    "html/not_tested.html",
    "html/scope.html",
    "html/sensitivity.html",
    "html/sign_off.html",
    "html/skews.html",
    "html/soc2_contents.html",
    "html/style.css",
    "html/summary.html",
    "html/test.html",
    "html/tie_out.html",
    "html/verify.html",
    "html/waivers.html",
    "iso27001.html",
    "soc2.html",
];

const MARKDOWN: &[(&str, &str)] = templates![
    "iso27001.md",
    "md/appendices.md",
    "md/basis.md",
    "md/comparison.md",
    "md/components.md",
    "md/crosswalk.md",
    "md/evidence.md",
    "md/ipe.md",
    "md/latency.md",
    "md/not_tested.md",
    "md/scope.md",
    "md/sensitivity.md",
    "md/sign_off.md",
    "md/skews.md",
    "md/summary.md",
    "md/test.md",
    "md/verify.md",
    "md/waivers.md",
    "soc2.md",
];

/// Every page, in order.
pub const FILES: [&str; 4] = ["iso27001.html", "iso27001.md", "soc2.html", "soc2.md"];

/// Every page of a package, in the order of [`FILES`].
pub fn pages(model: &Model) -> Result<Vec<Page>> {
    let html = engine(HTML, ".html", escape::html)?;
    let markdown = engine(MARKDOWN, ".md", escape::markdown)?;
    let context = context(model)?;
    FILES
        .into_iter()
        .map(|file_name| page(if file_name.ends_with(".md") { &markdown } else { &html }, file_name, &context))
        .collect()
}

fn page(engine: &Tera, file_name: &'static str, context: &Context) -> Result<Page> {
    let text = engine.render(file_name, context).map_err(|e| broken(file_name, &e))?;
    Ok(Page { file_name, text })
}

fn broken(what: &str, error: &tera::Error) -> Error {
    Error::Bug(format!("template `{what}`: {error}"))
}

// One engine an output kind: a partial is escaped by the page that includes it, and the two kinds must not mix.
fn engine(templates: &[(&'static str, &str)], suffix: &'static str, escape: EscapeFn) -> Result<Tera> {
    let mut tera = Tera::default();
    tera.autoescape_on([suffix]);
    tera.set_escape_fn(escape);
    tera.register_filter("number", |count: i64, _: Kwargs, _: &State| format::signed(count));
    tera.register_filter("duration", |seconds: i64, _: Kwargs, _: &State| format::duration(seconds));
    tera.register_filter("fine_duration", |millis: i64, _: Kwargs, _: &State| format::fine_duration(millis));
    tera.register_filter("instant", |text: &str, _: Kwargs, _: &State| format::instant(text));
    tera.register_filter("slug", |text: &str, _: Kwargs, _: &State| format::slug(text));
    tera.register_filter("name", |text: &str, _: Kwargs, _: &State| escape::cut(text, escape::NAME_CAP));
    tera.add_raw_templates(templates.iter().copied()).map_err(|e| broken("all", &e))?;
    Ok(tera)
}

fn context(model: &Model) -> Result<Context> {
    let mut context = Context::new();
    let value = tera::Value::try_from_serializable(model).map_err(|e| broken("model", &e))?;
    context.insert_value("model", value);
    context.insert("inputs", &inputs(model));
    let coverage = svg::coverage(&model.coverage, &model.period, "coverage");
    context.insert("coverage_picture", &coverage);
    let pictures: Vec<String> = model
        .latency
        .iter()
        .enumerate()
        .map(|(index, latency)| svg::latency(latency, &format!("latency-{index}")))
        .collect();
    context.insert("latency_pictures", &pictures);
    Ok(context)
}

// Where not all fit, those stand first that brought a reject or do not tie out.
fn inputs(model: &Model) -> Listing<&InputFile> {
    let mut files: Vec<&InputFile> = model.inputs.iter().collect();
    if files.len() > INPUTS_LISTED {
        files.sort_by_key(|file| file.records.rejected == 0 && file.records.difference == 0);
    }
    Listing::capped(files, INPUTS_LISTED)
}

#[cfg(test)]
mod tests;
