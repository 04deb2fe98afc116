use portcullis::core_types::invariant::price::Step;

/// Everything is within a fall of the whole.
const STEP: Step = Step::new(10_000, 0).unwrap();

fn main() {
    let _ = STEP;
}
