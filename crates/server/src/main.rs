//! wuwei.
fn main() {}
