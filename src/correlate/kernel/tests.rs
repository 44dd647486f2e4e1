//! The rulings of the design, each as a story of two or three lines, and what holds of every story.

mod always;
mod hostile;
mod naive;
mod rulings;
mod story;
