use proptest::prelude::*;

use super::*;

const WORD: Column = Column::required("word", Kind::Text, "few texts");
const NOTE: Column = Column::optional("note", Kind::Text, "texts, or none");
const COUNT: Column = Column::required("count", Kind::Whole, "a number");
const AT: Column = Column::optional("at", Kind::Instant, "an instant, or none");
const FLAG: Column = Column::required("flag", Kind::Flag, "true or false");
// Known by its name as a column of texts that hardly repeat.
const OWN: Column = Column::required("raw", Kind::Text, "a text of its own");
const ALL: Table = Table { name: "all", doc: "", columns: &[WORD, NOTE, COUNT, AT, FLAG, OWN] };

type Row = (String, Option<String>, i64, Option<i64>, bool, String);

fn held(rows: &[Row]) -> Columns {
    let mut columns = Columns::new(&ALL);
    for (word, note, count, at, flag, own) in rows {
        columns.text(WORD, word.as_str());
        columns.text(NOTE, note.as_deref());
        columns.whole(COUNT, *count);
        columns.instant(AT, *at);
        columns.flag(FLAG, *flag);
        columns.text(OWN, own.as_str());
    }
    columns.checked().unwrap()
}

fn texts_of(cells: &Cells<'_>) -> Vec<Option<String>> {
    match cells {
        Cells::Coded(codes) => codes.texts().map(|text| text.map(str::to_owned)).collect(),
        Cells::Texts(all) => all.iter().map(|text| text.map(str::to_owned)).collect(),
        other => panic!("no texts: {other:?}"),
    }
}

fn row() -> impl Strategy<Value = Row> {
    let note = prop::option::of("[a-zä]{0,2}");
    ("[ab]{0,2}", note, any::<i64>(), any::<Option<i64>>(), any::<bool>(), "[a-zé]{0,40}")
}

proptest! {
    #[test]
    fn rows_of_several_parts_come_out_as_they_were_put(
        parts in prop::collection::vec(prop::collection::vec(row(), 1..40), 1..4),
        order in prop::collection::vec(any::<(prop::sample::Index, prop::sample::Index)>(), 0..120),
    ) {
        let held: Vec<Columns> = parts.iter().map(|rows| held(rows)).collect();
        let held: Vec<&Columns> = held.iter().collect();
        let at = |(part, row): &(prop::sample::Index, prop::sample::Index)| {
            let part = part.index(parts.len());
            (part, row.index(parts[part].len()))
        };
        let order: Vec<(usize, usize)> = order.iter().map(at).collect();
        let rows: Vec<&Row> = order.iter().map(|(part, row)| &parts[*part][*row]).collect();
        let cells = gathered(&ALL, &held, &order);
        prop_assert_eq!(texts_of(&cells[0]), rows.iter().map(|r| Some(r.0.clone())).collect::<Vec<_>>());
        prop_assert_eq!(texts_of(&cells[1]), rows.iter().map(|r| r.1.clone()).collect::<Vec<_>>());
        prop_assert_eq!(texts_of(&cells[5]), rows.iter().map(|r| Some(r.5.clone())).collect::<Vec<_>>());
        let wholes = |cells: &Cells<'_>| match cells {
            Cells::Wholes(all) => all.clone(),
            other => panic!("no numbers: {other:?}"),
        };
        prop_assert_eq!(wholes(&cells[2]), rows.iter().map(|r| Some(r.2)).collect::<Vec<_>>());
        prop_assert_eq!(wholes(&cells[3]), rows.iter().map(|r| r.3).collect::<Vec<_>>());
        let is_same = matches!(&cells[4], Cells::Flags(all) if all.iter().eq(rows.iter().map(|r| Some(r.4)).collect::<Vec<_>>().iter()));
        prop_assert!(is_same);
    }
}

fn notes(count: usize, word_count: usize) -> Vec<Row> {
    let note = |n: usize| (!n.is_multiple_of(7)).then(|| format!("note {}", n % word_count));
    (0..count).map(|n| (String::new(), note(n), 0, None, true, format!("own {n}"))).collect()
}

#[test]
fn texts_that_hardly_repeat_are_kept_as_they_are() {
    let (many, few) = (notes(9000, 9000), notes(9000, 300));
    let (many, few) = (held(&many), held(&few));
    assert!(matches!(many.columns[1], Held::Texts(_)));
    assert!(matches!(few.columns[1], Held::Coded(_)));
    let rows: Vec<(usize, usize)> = (0..9000).flat_map(|row| [(0, row), (1, row)]).collect();
    let cells = gathered(&ALL, &[&many, &few], &rows);
    let expected =
        |(part, row): &(usize, usize)| (!row.is_multiple_of(7)).then(|| format!("note {}", row % [9000, 300][*part]));
    assert_eq!(texts_of(&cells[1]), rows.iter().map(expected).collect::<Vec<_>>());
    // One part alone keeps its words.
    assert!(matches!(gathered(&ALL, &[&many, &few], &[(1, 0), (1, 1), (1, 8)])[1], Cells::Coded(_)));
}

#[test]
fn a_text_may_lie_where_it_was_read() {
    let mut columns = Columns::new(&ALL);
    for _ in 0..3 {
        columns.text(WORD, "w");
        columns.text(NOTE, None);
        columns.whole(COUNT, 1);
        columns.instant(AT, 1);
        columns.flag(FLAG, false);
        columns.skip(OWN);
    }
    let block = columns.block(OWN, "first second".to_owned()).unwrap();
    columns.view(OWN, block, 6, 6);
    columns.put(OWN, "third");
    columns.view(OWN, block, 0, 5);
    let columns = columns.checked().unwrap();
    let cells = gathered(&ALL, &[&columns], &[(0, 0), (0, 1), (0, 2)]);
    assert_eq!(texts_of(&cells[5]), ["second", "third", "first"].map(|text| Some(text.to_owned())));
}

#[test]
fn cells_out_of_order_are_found_out() {
    let mut columns = Columns::new(&ALL);
    columns.whole(WORD, 1);
    assert!(columns.checked().is_err());
    let mut columns = Columns::new(&ALL);
    columns.text(WORD, "w");
    assert!(columns.checked().is_err());
    let mut columns = held(&notes(1, 1));
    columns.put(OWN, "one too many");
    assert!(columns.checked().is_err());
}
