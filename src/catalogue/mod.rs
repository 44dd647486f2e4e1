//! The tests.
use crate::config::Parameter;
/// ids
pub fn ids() -> Vec<&'static str> {
    vec!["COV-01", "VCH-01", "TRC-01", "TRC-02"]
}
/// own
pub fn own_parameters(_test: &str) -> impl Iterator<Item = &'static Parameter> {
    [].iter()
}
