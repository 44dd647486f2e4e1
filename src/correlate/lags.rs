//! Lengths of time between the links of a chain: what they say of the clocks, and how long decisions take.
//!
//! Pure: plain numbers in, plain numbers out. All lengths are microseconds.

/// What the lags of one pair of sources say of their clocks.
///
/// A lag is the later link's time minus that of the earlier one, which caused it, each as its own source wrote it: the true lag,
/// which is never negative, plus the offset of the later source's clock against the earlier's. So a lag can only be negative through skew,
/// and every negative one proves an offset of at least its size; positive ones prove nothing, since a clock that runs ahead
/// looks like a slow push. `bound` is what the most negative pair proves, provided that it was paired rightly. A single wrong
/// pair would decide it, so `offset` is taken from the 5th percentile instead: what one pair in twenty shows, and 0 where
/// fewer than that are negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skew {
    /// Pairs.
    pub count: usize,
    /// Pairs whose later link bears the earlier time.
    pub negative_count: usize,
    /// Smallest lag.
    pub min: i64,
    /// Nearest-rank 5th percentile.
    pub p05: i64,
    /// Nearest-rank median.
    pub median: i64,
    /// Nearest-rank 95th percentile.
    pub p95: i64,
    /// How far the later source's clock runs behind the earlier's, at least and robustly; 0 = no sign of it.
    pub offset: i64,
    /// The same as the most negative pair alone would have it.
    pub bound: i64,
}

/// The skew between two sources from the lags of their causal pairs, in any order; `None` = no pair.
pub fn skew(mut lags: Vec<i64>) -> Option<Skew> {
    lags.sort_unstable();
    let min = *lags.first()?;
    let p05 = percentile(&lags, 5);
    Some(Skew {
        count: lags.len(),
        negative_count: lags.partition_point(|lag| *lag < 0),
        min,
        p05,
        median: percentile(&lags, 50),
        p95: percentile(&lags, 95),
        offset: p05.saturating_neg().max(0),
        bound: min.saturating_neg().max(0),
    })
}

/// Nearest rank: the smallest value that at least `percent` of the values do not exceed; 0 when there is none.
pub fn percentile(sorted: &[i64], percent: usize) -> i64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0)
}

/// How long cases took, where some are still open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Durations {
    /// Cases that ended.
    pub ended_count: usize,
    /// Cases that were still open when they were last looked at.
    pub open_count: usize,
    /// Median; `None` = fewer than half are known to end.
    pub p50: Option<i64>,
    /// 90th percentile; `None` = fewer than that are known to end.
    pub p90: Option<i64>,
    /// 99th percentile; `None` = fewer than that are known to end.
    pub p99: Option<i64>,
    /// Time by which all have ended; `None` = one was open for as long as any was seen to last, or there is no case.
    pub max: Option<i64>,
}

/// Rounding of a product of shares, far below the share of one case.
const ROUNDING: f64 = 1e-9;

/// The product-limit estimate of Kaplan and Meier: duration of each case, and whether it ended then (else it was still open).
///
/// At every time at which cases end, the share that is still open shrinks by those that end, out of those still watched. A case
/// counts as watched up to and including the time at which it was last seen open. Where nothing is open the quantiles are
/// the nearest ranks of the durations.
pub fn durations(mut cases: Vec<(i64, bool)>) -> Durations {
    // Of equal times the ends come first: what was open then is watched then.
    cases.sort_unstable_by_key(|(duration, has_ended)| (*duration, !has_ended));
    let mut found = Durations::default();
    let total = cases.len();
    // Between two open cases the product telescopes, so that it is rounded once and not at every end.
    let (mut share, mut watched) = (1.0, total);
    for (at, &(duration, has_ended)) in cases.iter().enumerate() {
        let left = total - at - 1;
        if !has_ended {
            found.open_count += 1;
            share *= ratio(left + 1, watched);
            watched = left;
            continue;
        }
        found.ended_count += 1;
        if cases.get(at + 1) == Some(&(duration, true)) {
            continue;
        }
        let still_open = share * ratio(left, watched);
        let reach = |quantile: &mut Option<i64>, percent: f64| {
            if quantile.is_none() && still_open <= 1.0 - percent / 100.0 + ROUNDING {
                *quantile = Some(duration);
            }
        };
        reach(&mut found.p50, 50.0);
        reach(&mut found.p90, 90.0);
        reach(&mut found.p99, 99.0);
        reach(&mut found.max, 100.0);
    }
    found
}

#[expect(clippy::cast_precision_loss, reason = "counts of cases are far below 2^52")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn quantiles(cases: &[(i64, bool)]) -> [Option<i64>; 4] {
        let found = durations(cases.to_vec());
        [found.p50, found.p90, found.p99, found.max]
    }

    // The remission times of Freireich et al. (1963), 6-MP arm: the textbook curve has its median at 23 weeks and ends at 0.448.
    #[test]
    fn the_textbook_curve_comes_out() {
        let ended = [6, 6, 6, 7, 10, 13, 16, 22, 23].map(|t| (t, true));
        let open = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(|t| (t, false));
        let cases = [&ended[..], &open[..]].concat();
        assert_eq!(quantiles(&cases), [Some(23), None, None, None]);
        let found = durations(cases);
        assert_eq!((found.ended_count, found.open_count), (9, 12));
    }

    // By hand: S(1) = 4/6, one open at 2, S(3) = 4/6 * 2/3 = 0.44, S(4) = 0.22, S(5) = 0.
    #[test]
    fn the_steps_before_and_after_an_open_case_multiply() {
        let mut cases = vec![(4, true), (1, true), (2, false), (3, true), (1, true), (5, true)];
        assert_eq!(quantiles(&cases), [Some(3), Some(5), Some(5), Some(5)]);
        cases.push((5, false));
        assert_eq!(quantiles(&cases), [Some(4), None, None, None], "one is open to the last");
    }

    // By hand: S(1) = 5/6, two open at 2, S(3) = 5/6 * 2/3 = 0.56, S(4) = 0.28, S(5) = 0.
    #[test]
    fn open_cases_lengthen_the_quantiles() {
        let ended = [1, 3, 4, 5].map(|t| (t, true));
        assert_eq!(quantiles(&ended)[0], Some(3));
        assert_eq!(quantiles(&[&ended[..], &[(2, false); 2]].concat()), [Some(4), Some(5), Some(5), Some(5)]);
        assert_eq!(quantiles(&[&ended[..], &[(9, false); 5]].concat()), [None; 4], "fewer than half are known to end");
    }

    #[test]
    fn a_case_open_when_another_ends_is_watched_then() {
        assert_eq!(quantiles(&[(5, true), (5, false)]), [Some(5), None, None, None]);
        assert_eq!(quantiles(&[(5, true), (4, false)]), [Some(5); 4], "the one that was lost sight of says no more");
        assert_eq!(quantiles(&[]), [None; 4]);
        assert_eq!(quantiles(&[(5, false)]), [None; 4]);
    }

    #[test]
    fn a_negative_lag_proves_an_offset_and_a_single_one_is_no_rule() {
        let behind: Vec<i64> = (0..100).map(|n| n * 10 - 300).collect();
        let found = skew(behind).unwrap();
        assert_eq!((found.count, found.negative_count), (100, 30));
        assert_eq!((found.min, found.p05, found.median, found.p95), (-300, -260, 190, 640));
        assert_eq!((found.offset, found.bound), (260, 300));
        let one_wrong: Vec<i64> = std::iter::once(-5_000).chain((0..99).map(|n| n + 1)).collect();
        let found = skew(one_wrong).unwrap();
        assert_eq!((found.offset, found.bound), (0, 5_000));
        assert_eq!(skew(Vec::new()), None);
    }

    proptest! {
        #[test]
        fn with_nothing_open_the_quantiles_are_nearest_ranks(mut times in prop::collection::vec(0i64..50, 1..300)) {
            let found = quantiles(&times.iter().map(|t| (*t, true)).collect::<Vec<_>>());
            times.sort_unstable();
            let ranks = [50, 90, 99, 100].map(|p| Some(percentile(&times, p)));
            prop_assert_eq!(found, ranks);
        }

        // The definition, step by step and without telescoping.
        #[test]
        fn the_curve_is_the_product_of_its_steps(cases in prop::collection::vec((0i64..20, any::<bool>()), 0..60)) {
            let mut times: Vec<i64> = cases.iter().filter(|c| c.1).map(|c| c.0).collect();
            times.sort_unstable();
            times.dedup();
            let step = |t: i64| {
                let ends = cases.iter().filter(|c| **c == (t, true)).count();
                1.0 - ends as f64 / cases.iter().filter(|c| c.0 >= t).count() as f64
            };
            let share = |t: i64| times.iter().filter(|u| **u <= t).map(|u| step(*u)).product::<f64>();
            let quantile = |left: f64| times.iter().copied().find(|t| share(*t) <= left + 1e-9);
            prop_assert_eq!(quantiles(&cases), [0.5, 0.1, 0.01, 0.0].map(quantile));
        }
    }
}
