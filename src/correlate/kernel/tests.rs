//! The rulings of the design, each as a story of two or three lines, and what holds of every story.

mod already;
mod always;
mod doubts;
mod explained;
mod hidden;
mod hostile;
mod naive;
mod naive_already;
mod naive_causes;
mod naive_pushes;
mod naive_returns;
mod naive_trace;
mod resync;
mod returns;
mod rulings;
mod story;
mod ties;
