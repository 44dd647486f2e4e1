//! Integration tests, in one binary so that the large dependencies are linked once.

#[cfg(test)]
mod sources;
