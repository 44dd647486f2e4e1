# One line each; `.ci/run` does fmt, clippy and test.

# Check the formatting
fmt:
    cargo fmt --check

# Check the style
clippy:
    cargo clippy --all-targets --locked -- -D warnings

# Run every test
test:
    cargo test --locked

# Make the sample organisation's evidence package
demo:
    cargo run -- run --config sample_data/tickmark.toml

# Rewrite docs/ and build the reference without warnings
docs:
    UPDATE_DOCS=1 cargo test --locked --test it schema:: && RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --locked
