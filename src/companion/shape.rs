//! Which column of a file is which of its register.

use super::schema::Register;
use crate::config::nearest;

/// The columns that a file has, each with its place in the register.
#[derive(Debug)]
pub(super) struct Shape {
    register: &'static Register,
    places: Vec<usize>,
}

impl Shape {
    /// What is wrong with the first name that is unknown, or stands twice.
    pub(super) fn of<'n>(names: impl Iterator<Item = &'n str>, register: &'static Register) -> Result<Self, String> {
        let mut places = Vec::new();
        for name in names {
            let known = || register.columns.iter().map(|column| column.name);
            let Some(place) = known().position(|column| column == name) else {
                let kind = register.kind.as_str();
                return Err(format!("unknown column `{name}` of {kind}{}", nearest(name, known())));
            };
            if places.contains(&place) {
                return Err(format!("the column `{name}` stands twice"));
            }
            places.push(place);
        }
        Ok(Self { register, places })
    }

    /// What is missing; a file of rows must have every required column even where it has no row.
    pub(super) fn complete(&self) -> Result<(), String> {
        let columns = self.register.columns.iter().enumerate();
        let mut missing = columns.filter(|(place, column)| column.required && !self.places.contains(place));
        missing.next().map_or(Ok(()), |(_, column)| {
            Err(format!("the column `{}` of {} is missing", column.name, self.register.kind.as_str()))
        })
    }

    /// The cells of a row, put into the order of the register. What holds nothing but blanks is absent.
    pub(super) fn cells(&self, cells: impl Iterator<Item = Option<String>>) -> Vec<Option<String>> {
        let mut placed = vec![None; self.register.columns.len()];
        for (place, cell) in self.places.iter().zip(cells) {
            placed[*place] = cell.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        }
        placed
    }
}
