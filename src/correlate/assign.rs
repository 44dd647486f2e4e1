//! One-to-one assignment of decisions to effects.

use crate::config::Span;

/// How far an authority may lie from its effect, in microseconds.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// How long before the effect.
    pub look_back: i64,
    /// How long after it, for clocks that differ.
    pub skew: i64,
}

impl Window {
    /// A window of two spans.
    pub const fn new(look_back: Span, skew: Span) -> Self {
        Self { look_back: look_back.micros(), skew: skew.micros() }
    }

    /// True when a decision at `decision` may authorise an effect at `effect`.
    pub const fn holds(&self, decision: i64, effect: i64) -> bool {
        effect - self.look_back <= decision && decision <= effect + self.skew
    }

    /// The first and last instant at which an authority of the effect may lie.
    pub const fn around(&self, effect: i64) -> (i64, i64) {
        (effect - self.look_back, effect + self.skew)
    }
}

/// A decision as the assignment sees it.
#[derive(Debug, Clone, Copy)]
pub struct Offer {
    /// When it was decided.
    pub time: i64,
    /// Its strength; 0 is the strongest.
    pub rank: u8,
    /// When it was taken back; never = the end of time.
    pub until: i64,
    /// Position of the first offer made after this one was taken back. The offers up to there say the same again, so
    /// those of them that stand before an effect are carried out together with this one.
    pub renewed: usize,
}

impl Offer {
    /// True when it had been taken back before the effect.
    const fn is_over(&self, effect: i64) -> bool {
        self.until <= effect
    }

    fn cost(&self, effect: i64) -> Cost {
        let is_over = Cost::from(u8::from(self.is_over(effect)));
        OVER * is_over + RANK * Cost::from(self.rank) + Cost::from(self.time.abs_diff(effect))
    }
}

/// What an assignment costs, less is better: effects left, then offers that were over, then ranks, then lag, each in bits of its own.
type Cost = u128;
const LEFT: Cost = 1 << 104;
const OVER: Cost = 1 << 82;
const RANK: Cost = 1 << 60;

/// The offers within one effect's window, and those made by its instant.
#[derive(Debug, Clone, Copy)]
struct Row {
    from: usize,
    to: usize,
    made: usize,
}

/// For each effect the decision that authorises it: most effects matched, then the most by decisions still in force, then the strongest
/// decisions, then the least total lag, then first decided, first done. `may(offer, effect)` says which pairs are allowed.
///
/// Offers and effects are ascending. The result is the best of all assignments that keep that order; since every window
/// has the same length, none that crosses is better where `may` is the window alone. Effects that share no offer are
/// assigned apart. Time grows with the sum over the effects of the offers in their windows (two bits of memory for each):
/// linear for changes that are spread out, the product of both lengths where all fall within one window.
pub fn assign(
    offers: &[Offer],
    effects: &[i64],
    window: Window,
    may: impl Fn(usize, usize) -> bool,
) -> Vec<Option<usize>> {
    let mut chosen = vec![None; effects.len()];
    if offers.is_empty() {
        return chosen;
    }
    let rows = rows(offers, effects, window);
    let mut start = 0;
    for end in 1..=effects.len() {
        if end < effects.len() && rows[end].from < rows[end - 1].to {
            continue;
        }
        let cluster = Cluster { offers, effects, first: start, rows: &rows[start..end] };
        if end - start == 1 {
            chosen[start] = cluster.nearest(&may);
        } else {
            cluster.best(&may, &mut chosen);
        }
        start = end;
    }
    chosen
}

fn rows(offers: &[Offer], effects: &[i64], window: Window) -> Vec<Row> {
    let (mut from, mut to, mut made) = (0, 0, 0);
    let pass = |at: &mut usize, is_before: &dyn Fn(i64) -> bool| {
        while offers.get(*at).is_some_and(|o| is_before(o.time)) {
            *at += 1;
        }
        *at
    };
    let row = |&effect: &i64| {
        let (first, last) = window.around(effect);
        Row {
            from: pass(&mut from, &|t| t < first),
            to: pass(&mut to, &|t| t <= last),
            made: pass(&mut made, &|t| t <= effect),
        }
    };
    effects.iter().map(row).collect()
}

/// Effects that share offers, and the effect that is their first.
struct Cluster<'a> {
    offers: &'a [Offer],
    effects: &'a [i64],
    first: usize,
    rows: &'a [Row],
}

impl Cluster<'_> {
    fn nearest(&self, may: &impl Fn(usize, usize) -> bool) -> Option<usize> {
        let allowed = (self.rows[0].from..self.rows[0].to).filter(|&d| may(d, self.first));
        let (offers, effect) = (self.offers, self.effects[self.first]);
        allowed.min_by_key(|&d| (offers[d].is_over(effect), offers[d].rank, offers[d].time.abs_diff(effect)))
    }

    // A table over suffixes, from the last effect back: the cost of what is left when offers before `d` are gone. Before
    // a row's window every offer is useless, so the table holds the windows alone.
    fn best(&self, may: &impl Fn(usize, usize) -> bool, chosen: &mut [Option<usize>]) {
        let mut table = Choices::new(self.rows);
        let (mut later, mut later_from) = (vec![0], usize::MAX);
        let mut now: Vec<Cost> = Vec::new();
        for (e, row) in self.rows.iter().enumerate().rev() {
            let rest = |d: usize| later[d.max(later_from) - later_from];
            now.clear();
            now.resize(row.to - row.from + 1, rest(row.to) + LEFT);
            for d in (row.from..row.to).rev() {
                let (left, unused) = (rest(d) + LEFT, now[d + 1 - row.from]);
                let (mut cost, mut choice) = if left <= unused { (left, LEAVE) } else { (unused, SKIP) };
                if may(d, self.first + e) {
                    let matched = rest(self.next(d, row)) + self.offers[d].cost(self.effects[self.first + e]);
                    if matched <= cost {
                        (cost, choice) = (matched, MATCH);
                    }
                }
                now[d - row.from] = cost;
                table.set(e, d - row.from, choice);
            }
            std::mem::swap(&mut later, &mut now);
            later_from = row.from;
        }
        self.follow(&table, chosen);
    }

    fn follow(&self, table: &Choices, chosen: &mut [Option<usize>]) {
        let mut d = 0;
        for (e, row) in self.rows.iter().enumerate() {
            d = d.max(row.from);
            while d < row.to {
                match table.get(e, d - row.from) {
                    MATCH => {
                        chosen[self.first + e] = Some(d);
                        d = self.next(d, row);
                        break;
                    }
                    LEAVE => break,
                    _ => d += 1,
                }
            }
        }
    }

    fn next(&self, d: usize, row: &Row) -> usize {
        row.made.min(self.offers[d].renewed).max(d + 1)
    }
}

const MATCH: u8 = 0;
const LEAVE: u8 = 1;
const SKIP: u8 = 2;

/// What is best in each cell: the effect takes the offer, goes without, or the offer is passed over. Four cells a byte.
struct Choices {
    cells: Vec<u8>,
    starts: Vec<usize>,
}

impl Choices {
    fn new(rows: &[Row]) -> Self {
        let mut total = 0;
        let starts = rows
            .iter()
            .map(|row| {
                total += row.to - row.from;
                total - (row.to - row.from)
            })
            .collect();
        Self { cells: vec![0; total.div_ceil(4)], starts }
    }

    fn set(&mut self, row: usize, at: usize, choice: u8) {
        let cell = self.starts[row] + at;
        self.cells[cell / 4] |= choice << (2 * (cell % 4));
    }

    fn get(&self, row: usize, at: usize) -> u8 {
        let cell = self.starts[row] + at;
        self.cells[cell / 4] >> (2 * (cell % 4)) & 3
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WINDOW: Window = Window { look_back: 10, skew: 2 };

    // Each decision stands for itself: taken back before the next.
    fn offers(decisions: &[(i64, u8)]) -> Vec<Offer> {
        decisions
            .iter()
            .enumerate()
            .map(|(i, &(time, rank))| Offer { time, rank, until: i64::MAX, renewed: i + 1 })
            .collect()
    }

    fn run(decisions: &[(i64, u8)], effects: &[i64]) -> Vec<Option<usize>> {
        assign(&offers(decisions), effects, WINDOW, |d, e| WINDOW.holds(decisions[d].0, effects[e]))
    }

    #[test]
    fn most_are_matched_then_strongest_then_nearest_then_in_order() {
        assert_eq!(run(&[(0, 0), (9, 0)], &[8, 12]), [Some(0), Some(1)], "number before lag");
        assert_eq!(run(&[(3, 0), (5, 1)], &[6]), [Some(0)], "strength before lag");
        assert_eq!(run(&[(3, 0), (5, 0)], &[6]), [Some(1)], "nearest");
        assert_eq!(run(&[(7, 0)], &[5, 9]), [Some(0), None], "first done");
        let over =
            [Offer { time: 3, rank: 0, until: 4, renewed: 1 }, Offer { time: 5, rank: 1, until: i64::MAX, renewed: 2 }];
        assert_eq!(assign(&over, &[6], WINDOW, |_, _| true), [Some(1)], "in force before strength");
        assert_eq!(assign(&over, &[6, 7], WINDOW, |_, _| true), [Some(0), Some(1)], "number before what is in force");
        assert_eq!(run(&[(4, 0), (6, 0)], &[5]), [Some(0)], "first decided");
        assert_eq!(run(&[], &[5]), [None]);
        assert_eq!(run(&[(5, 0)], &[]), []);
    }

    #[test]
    fn the_window_is_closed_on_both_sides() {
        for (decision, effect, matched) in [(0, 10, true), (0, 11, false), (12, 10, true), (13, 10, false)] {
            assert_eq!(run(&[(decision, 0)], &[effect])[0].is_some(), matched, "{decision} {effect}");
        }
    }

    #[test]
    fn decisions_that_say_the_same_are_carried_out_together() {
        let said = |time, renewed| Offer { time, rank: 0, until: i64::MAX, renewed };
        let run = |offers: &[Offer]| assign(offers, &[5, 8], WINDOW, |_, _| true);
        assert_eq!(run(&[said(3, 2), said(4, 2)]), [Some(1), None]);
        assert_eq!(run(&[said(3, 1), said(4, 2)]), [Some(0), Some(1)], "taken back in between");
        assert_eq!(run(&[said(3, 2), said(6, 2)]), [Some(0), Some(1)], "said again after the first effect");
    }

    type Pairs = Vec<Option<usize>>;

    fn total(offers: &[Offer], effects: &[i64], chosen: &Pairs) -> Cost {
        chosen.iter().zip(effects).fold(0, |sum, (d, effect)| sum + d.map_or(LEFT, |d| offers[d].cost(*effect)))
    }

    /// Every way to give each effect one of the offers that `may` allows, or none; no offer twice.
    fn all(offer_count: usize, effect_count: usize, may: &dyn Fn(usize, usize) -> bool) -> Vec<Pairs> {
        (0..effect_count).fold(vec![Vec::new()], |ways, e| {
            let with = |way: &Pairs, d: Option<usize>| way.iter().copied().chain([d]).collect::<Pairs>();
            ways.iter()
                .flat_map(|way| {
                    let free = (0..offer_count).filter(|&d| may(d, e) && !way.contains(&Some(d)));
                    free.map(Some).chain([None]).map(|d| with(way, d)).collect::<Vec<_>>()
                })
                .collect()
        })
    }

    fn is_sound(offers: &[Offer], effects: &[i64], chosen: &Pairs) -> bool {
        let pairs: Vec<(usize, usize)> = chosen.iter().enumerate().filter_map(|(e, d)| d.map(|d| (d, e))).collect();
        pairs.windows(2).all(|w| {
            let ((a, e), (b, _)) = (w[0], w[1]);
            a < b && (b >= offers[a].renewed || offers[b].time > effects[e])
        })
    }

    fn ascending(mut times: Vec<i64>) -> Vec<i64> {
        times.sort_unstable();
        times
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]

        #[test]
        fn no_assignment_is_better(
            mut decisions in prop::collection::vec((0i64..40, 0u8..3), 0..6),
            effects in prop::collection::vec(0i64..40, 0..6),
        ) {
            decisions.sort_unstable();
            let effects = ascending(effects);
            let offers = offers(&decisions);
            let chosen = run(&decisions, &effects);
            let holds = |d: usize, e: usize| WINDOW.holds(decisions[d].0, effects[e]);
            let best = all(offers.len(), effects.len(), &holds).iter().map(|way| total(&offers, &effects, way)).min();
            prop_assert_eq!(Some(total(&offers, &effects, &chosen)), best);
            prop_assert!(is_sound(&offers, &effects, &chosen), "no decision twice");
        }

        #[test]
        fn no_assignment_in_order_is_better_whatever_is_forbidden_or_said_twice(
            mut decisions in prop::collection::vec((0i64..30, 0u8..3), 0..6),
            effects in prop::collection::vec(0i64..30, 0..6),
            forbidden in prop::collection::vec(any::<bool>(), 36),
            reach in prop::collection::vec(1usize..7, 6),
            until in prop::collection::vec(0i64..60, 6),
        ) {
            decisions.sort_unstable();
            let effects = ascending(effects);
            let mut offers = offers(&decisions);
            for (offer, until) in offers.iter_mut().zip(until) {
                offer.until = until.max(offer.time);
            }
            for (d, reach) in (0..offers.len()).zip(reach) {
                // Once one of them is taken back, so are those that said the same.
                offers[d].renewed = (d + reach).max(if d > 0 { offers[d - 1].renewed } else { 0 });
            }
            let may = |d: usize, e: usize| WINDOW.holds(decisions[d].0, effects[e]) && !forbidden[d * 6 + e];
            let chosen = assign(&offers, &effects, WINDOW, may);
            let ways = all(offers.len(), effects.len(), &may);
            let best = ways.iter().filter(|way| is_sound(&offers, &effects, way));
            prop_assert!(is_sound(&offers, &effects, &chosen));
            prop_assert!(chosen.iter().enumerate().all(|(e, d)| d.is_none_or(|d| may(d, e))));
            let best = best.map(|way| total(&offers, &effects, way)).min();
            prop_assert_eq!(Some(total(&offers, &effects, &chosen)), best);
        }
    }
}
