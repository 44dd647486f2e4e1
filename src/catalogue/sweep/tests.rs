use super::*;

#[test]
fn the_sample_is_the_least_id() {
    let mut tally = Tally::NOTHING;
    [(5, 0xb), (3, 0xa), (9, 0xc)].into_iter().for_each(|(time, event)| tally.add(time, (event, NONE, 0)));
    assert_eq!((tally.count, tally.first, tally.last), (3, 3, 9));
    assert_eq!(tally.sample(), format!("{}a", "0".repeat(31)));
}
