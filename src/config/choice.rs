//! Selects: globs over the names of an item, of which all that are given must hold.

use super::Globs;

/// The names that a select looks at.
#[derive(Debug, Clone, Copy, Default)]
#[expect(missing_docs, reason = "each field is the item column of that name; `None` = the item has none")]
pub struct Facts<'f> {
    pub actor: Option<&'f str>,
    pub subject: Option<&'f str>,
    pub object: Option<&'f str>,
    pub privilege: Option<&'f str>,
    pub scope: Option<&'f str>,
}

impl<'f> Facts<'f> {
    const FIELDS: [&'static str; 5] = ["actor", "subject", "object", "privilege", "scope"];

    fn get(&self, field: &str) -> Option<&'f str> {
        match field {
            "actor" => self.actor,
            "subject" => self.subject,
            "object" => self.object,
            "privilege" => self.privilege,
            _ => self.scope,
        }
    }
}

/// One select.
#[derive(Debug, Clone)]
pub struct Choice(Vec<(String, Globs)>);

impl Choice {
    /// Reads a select from its table in the configuration; the error says what is wrong with it.
    pub(super) fn new(select: &toml::Value) -> Result<Self, String> {
        let table = select.as_table().filter(|t| !t.is_empty()).ok_or("expected a select, with one field at least")?;
        let field = |(name, value): (&String, &toml::Value)| {
            if !Facts::FIELDS.contains(&name.as_str()) {
                return Err(format!("unknown field `{name}`; a select has {}", Facts::FIELDS.join(", ")));
            }
            let glob = value.as_str().ok_or_else(|| format!("`{name}` must be a text"))?;
            Ok((name.clone(), Globs::new(&[glob.to_owned()]).map_err(|e| e.to_string())?))
        };
        table.iter().map(field).collect::<Result<_, _>>().map(Self)
    }

    /// True when all that is given holds; a field that the item does not have never does.
    pub fn fits(&self, facts: &Facts<'_>) -> bool {
        self.0.iter().all(|(field, globs)| facts.get(field).is_some_and(|text| globs.any(text)))
    }
}

/// Several selects, of which any may hold.
#[derive(Debug, Clone, Default)]
pub struct Choices(pub(super) Vec<Choice>);

impl Choices {
    /// True when any select fits.
    pub fn any(&self, facts: &Facts<'_>) -> bool {
        self.0.iter().any(|choice| choice.fits(facts))
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(text: &str) -> Result<Choice, String> {
        Choice::new(&toml::from_str::<toml::Table>(&format!("v = {text}")).unwrap()["v"])
    }

    #[test]
    fn all_that_is_given_must_hold() {
        let select = choice(r#"{ actor = "*@example.com", object = "table:main.*" }"#).unwrap();
        let facts = Facts { actor: Some("Eve@Example.com"), object: Some("table:main.a"), ..Facts::default() };
        assert!(select.fits(&facts));
        assert!(!select.fits(&Facts { object: Some("table:other.a"), ..facts }));
        assert!(!select.fits(&Facts { actor: None, ..facts }));
    }

    #[test]
    fn what_is_no_select_is_refused() {
        for (text, said) in
            [("{}", "one field"), ("3", "one field"), ("{ who = \"x\" }", "`who`"), ("{ actor = 3 }", "text")]
        {
            assert!(choice(text).unwrap_err().contains(said), "{text}");
        }
    }
}
