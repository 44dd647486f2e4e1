//! Pages from the model, and from nothing else: `model.json` alone is enough to make them again.

use tera::{Context, EscapeFn, Kwargs, State, Tera};

use super::model::Model;
use super::{escape, format, svg};
use crate::error::{Error, Result};

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
    "html/style.css",
];

const MARKDOWN: &[(&str, &str)] = templates![
];

/// Every page, by file name.
pub fn pages(model: &Model) -> Result<Vec<Page>> {
    let html = engine(HTML, ".html", escape::html)?;
    let markdown = engine(MARKDOWN, ".md", escape::markdown)?;
    let context = context(model)?;
    Ok(vec![
        page(&html, "iso27001.html", &context)?,
        page(&markdown, "iso27001.md", &context)?,
        page(&html, "soc2.html", &context)?,
        page(&markdown, "soc2.md", &context)?,
    ])
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
