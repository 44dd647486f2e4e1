//! Integration tests, in one binary so that the large dependencies are linked once.

mod sources;
