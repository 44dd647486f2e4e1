//! Every packing, under every compression, whole and damaged.

use std::io::{Read, Write};

use proptest::prelude::*;

use super::lines::Lines;
use super::values::Values;
use super::*;
use crate::source::Envelope;

mod told;

/// Line, byte offset, and the record or the defect.
type Seen = (u64, u64, Result<String, String>);

fn seen(frames: &[Frame], bytes: &[u8], into: &mut Vec<Seen>) {
    for frame in frames {
        let content = match &frame.defect {
            Some(defect) => Err(defect.reason.clone()),
            None => {
                let text = &bytes[frame.span.clone()];
                assert_eq!(text.len() as u64, frame.byte_length);
                Ok(String::from_utf8_lossy(text).into_owned())
            }
        };
        into.push((frame.line, frame.byte_offset, content));
    }
}

fn open(bytes: &[u8]) -> Frames<'_> {
    Frames::open(Content::Bytes(bytes), &|_| false).unwrap()
}

fn read(bytes: &[u8]) -> (Packing, Vec<Seen>) {
    let mut frames = open(bytes);
    let mut all = Vec::new();
    while let Some(chunk) = frames.next_chunk().unwrap() {
        seen(&chunk.frames, &chunk.bytes, &mut all);
    }
    (frames.packing(), all)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd_of(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

fn ok(line: u64, offset: u64, text: &str) -> Seen {
    (line, offset, Ok(text.to_owned()))
}

fn bad(line: u64, offset: u64, reason: &str) -> Seen {
    (line, offset, Err(reason.to_owned()))
}

#[test]
fn a_list_that_begins_at_the_end_of_the_first_line_is_a_list() {
    let (packing, all) = read(b"{\"@odata.context\":\"c\",\"value\":[\n{\"a\":1},\n{\"a\":2}\n]}\n");
    assert_eq!(packing, Packing::List);
    let texts: Vec<String> = all.into_iter().map(|(_, _, text)| text.unwrap()).collect();
    assert_eq!(texts, ["{\"a\":1}", "{\"a\":2}"]);
}

const CUT: &str = "the file ends inside this record";
const OPEN_LIST: &str = "the file ends before its list of records is closed";

#[test]
fn records_are_found_in_every_packing() {
    let a = r#"{"a":"]}\"{["}"#;
    let at = a.len() as u64;
    let cases: Vec<(String, Packing, Vec<Seen>)> = vec![
        (String::new(), Packing::Empty, vec![]),
        (" \n\r\n".into(), Packing::Empty, vec![]),
        (a.into(), Packing::Lines, vec![ok(1, 0, a)]),
        (format!("{a}\r\n\n  {{}}\n"), Packing::Lines, vec![ok(1, 0, a), ok(3, at + 5, "{}")]),
        (format!("\u{feff}{a}\n{{}}"), Packing::Lines, vec![ok(1, 3, a), ok(2, at + 4, "{}")]),
        (format!("{{\"cut\":\n{a}\n"), Packing::Lines, vec![ok(1, 0, "{\"cut\":"), ok(2, 8, a)]),
        (format!("# note\n{a}\n"), Packing::Lines, vec![ok(1, 0, "# note"), ok(2, 7, a)]),
        ("{\"cut\":".into(), Packing::Lines, vec![ok(1, 0, "{\"cut\":")]),
        (
            format!("{{\"Records\":[{a}]}}\n{{}}\n"),
            Packing::Lines,
            vec![ok(1, 0, &format!("{{\"Records\":[{a}]}}")), ok(2, at + 15, "{}")],
        ),
        ("[]".into(), Packing::Array, vec![]),
        (format!("[{a},\n {a}]"), Packing::Array, vec![ok(1, 1, a), ok(2, at + 4, a)]),
        (
            format!("\u{feff}[ {a} ]\n[1, \"x\"]"),
            Packing::Array,
            vec![ok(1, 5, a), ok(2, at + 9, "1"), ok(3, at + 12, "\"x\"")],
        ),
        (format!("[{a},{{\"b\""), Packing::Array, vec![ok(1, 1, a), bad(2, at + 2, CUT)]),
        (format!("[{a},"), Packing::Array, vec![ok(1, 1, a), bad(2, at + 2, OPEN_LIST)]),
        (format!("{{\"Records\":[{a},{{}}]}}"), Packing::List, vec![ok(1, 12, a), ok(2, at + 13, "{}")]),
        (
            format!("{{\n \"x\": {{\"value\":[1]}},\n \"value\" : [\n{a}\n],\"next\":[{{}}]}}\n"),
            Packing::List,
            vec![ok(1, 36, a)],
        ),
        ("{\"records\":[]}".into(), Packing::List, vec![]),
        (
            format!("{{\n\"events\":[{a}]\n}}\n{{\"a\":\n1}}"),
            Packing::List,
            vec![ok(1, 12, a), ok(4, at + 16, "{\"a\":\n1}")],
        ),
        (
            "{\n \"a\": 1\n}\n{\n \"a\": 2\n}\n".into(),
            Packing::Values,
            vec![ok(1, 0, "{\n \"a\": 1\n}"), ok(4, 12, "{\n \"a\": 2\n}")],
        ),
        ("{\n \"a\": 1\n}\n}\n".into(), Packing::Values, vec![ok(1, 0, "{\n \"a\": 1\n}"), ok(4, 12, "}")]),
        ("{\n \"a\": \"1\n".into(), Packing::Values, vec![bad(1, 0, CUT)]),
        ("a,b\n1,2\n".into(), Packing::Junk, vec![bad(1, 0, "the file looks like CSV, not JSON")]),
        ("\0\u{1}\u{2}{".into(), Packing::Junk, vec![bad(1, 0, "the file is binary, not JSON")]),
        ("<html>".into(), Packing::Junk, vec![bad(1, 0, "the file looks like XML or HTML, not JSON")]),
        (
            "<14>Jul  1".into(),
            Packing::Junk,
            vec![bad(1, 0, "the file is text, but no line of it starts a JSON record")],
        ),
        (
            format!("{a}{{\"b\":\"}}{{\"}} {a}\n"),
            Packing::Values,
            vec![ok(1, 0, a), ok(1, at, "{\"b\":\"}{\"}"), ok(1, at + 11, a)],
        ),
        ("{\"b\":\"}{\"}\n".into(), Packing::Lines, vec![ok(1, 0, "{\"b\":\"}{\"}")]),
        ("hello\n".into(), Packing::Junk, vec![bad(1, 0, "the file is text, but no line of it starts a JSON record")]),
    ];
    for (text, packing, expected) in cases {
        let (first, second) = text.as_bytes().split_at(text.len() / 2);
        let stored: [(Compression, Vec<u8>); 5] = [
            (Compression::None, text.clone().into_bytes()),
            (Compression::Gzip, gzip(text.as_bytes())),
            (Compression::Gzip, [gzip(first), gzip(second)].concat()),
            (Compression::Zstd, zstd_of(text.as_bytes())),
            (Compression::Zstd, [zstd_of(first), zstd_of(second)].concat()),
        ];
        for (compression, bytes) in stored {
            assert_eq!(open(&bytes).compression(), compression, "{text}");
            assert_eq!(read(&bytes), (packing, expected.clone()), "{text} as {compression:?}");
        }
    }
}

#[test]
fn the_last_cells_of_a_row_may_be_empty() {
    let tabbed = read(b"id\tname\tnote\tmore\n1\ta\t\t\r\n\tb\tx y\t \n");
    assert_eq!(tabbed, (Packing::Csv, vec![ok(2, 18, "1\ta\t\t"), ok(3, 25, "\tb\tx y\t ")]));
    let divided = read(b"id,name,note\n 1,a,\n");
    assert_eq!(divided, (Packing::Csv, vec![ok(2, 14, "1,a,")]));
}

#[test]
fn what_only_begins_like_parquet_is_one_defect() {
    let (packing, all) = read(b"PAR1\x15");
    assert_eq!((packing, all.len()), (Packing::Parquet, 1));
    assert!(all[0].2.as_ref().is_err_and(|why| why.starts_with("the Parquet file is damaged")), "{all:?}");
    // Compressed as a whole, it is no Parquet file.
    assert_eq!(read(&gzip(b"PAR1\x15")), (Packing::Junk, vec![bad(1, 0, "the file looks like Parquet, not JSON")]));
}

#[test]
fn a_damaged_stream_is_one_defect_behind_its_good_records() {
    let text: String = (0..40_000).map(|i| format!("{{\"i\":{i}}}\n")).collect();
    for (name, whole) in [("gzip", gzip(text.as_bytes())), ("zstd", zstd_of(text.as_bytes()))] {
        let (_, all) = read(&whole[..whole.len() - 3]);
        let (last, good) = all.split_last().unwrap();
        assert!(last.2.as_ref().is_err_and(|why| why.starts_with(name)), "{last:?}");
        assert_eq!(last.0, good.len() as u64 + 1);
        assert!(good.iter().all(|(_, _, content)| content.is_ok()), "{name}");
        assert!(good.len() > 1000, "{name}: {}", good.len());
    }
    // Nothing at all can be read.
    let (_, all) = read(&[0x1f, 0x8b, 0x08, 0xff, 1, 2, 3]);
    assert_eq!(all.len(), 1);
    // A second member that is junk.
    let (_, all) = read(&[gzip(b"{\"a\":1}\n"), b"junk junk junk".to_vec()].concat());
    assert_eq!((all.len(), &all[0]), (2, &ok(1, 0, "{\"a\":1}")));
}

#[test]
fn bytes_that_a_decoder_withholds_at_damage_are_fetched() {
    let text = b"{\"a\":1}\n{\"a\":2}\n{\"a\":";
    let length = u16::try_from(text.len()).unwrap();
    // A stored block, then a block of a type that does not exist: one call decodes the first and fails at the second.
    let header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0];
    let lengths = [length.to_le_bytes(), (!length).to_le_bytes()].concat();
    let (_, all) = read(&[&header, &lengths[..], text, &[7]].concat());
    assert_eq!(all[..2], [ok(1, 0, "{\"a\":1}"), ok(2, 8, "{\"a\":2}")]);
    assert_eq!((all.len(), &all[2]), (3, &bad(3, 16, "gzip stream is damaged: corrupt deflate stream")));
}

#[test]
fn an_endless_line_is_one_defect_in_bounded_memory() {
    let length = 200u64 << 20;
    for (head, tail) in
        [("{\"a\":\"", "\"}\n{\"b\":1}\n"), ("[{\"a\":\"", "\"},{\"b\":1}]"), ("{\n\"a\":\"", "\"}\n{\"b\":1}\n")]
    {
        let open = move || {
            let filler = std::io::repeat(b'x').take(length);
            Ok(Box::new(head.as_bytes().chain(filler).chain(tail.as_bytes())) as Box<dyn Read + Send>)
        };
        let mut frames = Frames::read(Box::new(open), None, &|_| false).unwrap();
        let mut all = Vec::new();
        while let Some(chunk) = frames.next_chunk().unwrap() {
            assert!(chunk.bytes.capacity() < 3 * MAX_RECORD, "{}", chunk.bytes.capacity());
            all.extend(chunk.frames);
        }
        let defect = all[0].defect.as_ref().unwrap();
        assert!(defect.reason.contains("is longer than"), "{}", defect.reason);
        assert_eq!(defect.raw.len(), KEPT_OF_DEFECT);
        assert!(all[0].byte_length > length && all[0].byte_length < length + 20);
        assert_eq!((all.len(), all[1].defect.as_ref()), (2, None), "{head}");
    }
}

#[test]
fn a_disk_that_fails_is_an_error_and_no_defect() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("gone"))
        }
    }
    for head in [&b"{\"a\":1}\n"[..], &gzip(b"{\"a\":1}\n")[..12]] {
        let open = move || Ok(Box::new(head.chain(Failing)) as Box<dyn Read + Send>);
        let error = Frames::read(Box::new(open), None, &|_| false).and_then(|mut f| f.next_chunk().map(drop));
        assert_eq!(error.unwrap_err().to_string(), "gone");
    }
}

fn one(span: Range<usize>) -> Inner {
    Inner::Records(vec![Piece { span, text: None }])
}

#[test]
fn every_value_of_an_object_is_unwrapped() {
    let envelopes = [Envelope { name: "sets", marker: b"\"sets\"", path: &["sets", "*"] }];
    let wrappers = Wrappers::of(&envelopes);
    let unwrapped = |text: &str| wrappers.open(text.as_bytes());
    let pieces =
        Inner::Records(vec![Piece { span: 13..18, text: Some("x.y".to_owned()) }, Piece { span: 24..31, text: None }]);
    assert_eq!(unwrapped(r#"{"sets":{"a":"x.y", "b":{"c":1}},"more":false}"#), pieces);
    assert_eq!(unwrapped(r#"{"sets":{ }}"#), Inner::Empty);
    for other in [r#"{"sets":[1]}"#, r#"{"sets":null}"#, r#"{"sets":{"a":"x}"#, r#"{"of":"sets"}"#] {
        assert_eq!(unwrapped(other), Inner::Itself, "{other}");
    }
}

#[test]
fn envelopes_are_unwrapped_with_exact_places() {
    let envelopes = [
        Envelope { name: "bridge", marker: b"\"detail\"", path: &["detail"] },
        Envelope { name: "hook", marker: b"\"data\"", path: &["data", "events"] },
    ];
    let cases = [
        (r#"{"a":1}"#, Inner::Itself),
        (r#"{"detail": {"a":1} }"#, one(11..18)),
        (r#"{"detail":"text"}"#, Inner::Itself),
        (
            r#"{"data":{"events":[{"a":1}, {"b":[2,3]}]}}"#,
            Inner::Records(vec![Piece { span: 19..26, text: None }, Piece { span: 28..39, text: None }]),
        ),
        (r#"{"data":{"events":[ ]}}"#, Inner::Empty),
        (r#"{"data":{"other":[1]}}"#, Inner::Itself),
        (r#"{"events":[{"a":1}]}"#, one(11..18)),
        (r#"[ {"a":1}]"#, one(2..9)),
        ("[]", Inner::Itself),
        ("[1]", Inner::Itself),
        (r#"{"@odata.context":"x","value":[{"a":1}]}"#, one(31..38)),
        (r#"{"value":"x","a":[1]}"#, Inner::Itself),
        (r#"{"Records":[]}"#, Inner::Empty),
    ];
    for (frame, expected) in cases {
        assert_eq!(Wrappers::of(&envelopes).open(frame.as_bytes()), expected, "{frame}");
    }
}

/// Feeds a splitter in pieces, as a stream does.
fn in_pieces(
    bytes: &[u8],
    pieces: &[usize],
    mut split: impl FnMut(&[u8], u64, bool, &mut Vec<Frame>) -> usize,
) -> Vec<Seen> {
    let (mut all, mut pending, mut base, mut fed) = (Vec::new(), Vec::new(), 0, 0);
    let mut sizes = pieces.iter().cycle();
    loop {
        let size = (*sizes.next().unwrap()).min(bytes.len() - fed);
        pending.extend_from_slice(&bytes[fed..fed + size]);
        fed += size;
        let last = fed == bytes.len();
        let mut frames = Vec::new();
        let done = split(&pending, base, last, &mut frames);
        seen(&frames, &pending, &mut all);
        pending.drain(..done);
        base += done as u64;
        if last {
            return all;
        }
    }
}

proptest! {
    #[test]
    fn pieces_change_nothing(text in "([{}\\[\\]\",:a\\\\ \n]|\"Records\":\\[|\\{\"a\":1\\}\n?){0,40}", pieces in prop::collection::vec(1usize..9, 1..5)) {
        let bytes = text.as_bytes();
        let whole = [bytes.len().max(1)];
        let (mut one, mut other) = (Lines::new(), Lines::new());
        prop_assert_eq!(
            in_pieces(bytes, &pieces, |b, o, l, f| one.split(b, o, l, f)),
            in_pieces(bytes, &whole, |b, o, l, f| other.split(b, o, l, f))
        );
        let (mut one, mut other) = (Values::default(), Values::default());
        prop_assert_eq!(
            in_pieces(bytes, &pieces, |b, o, l, f| one.split(b, o, l, f)),
            in_pieces(bytes, &whole, |b, o, l, f| other.split(b, o, l, f))
        );
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200), head in prop::sample::select(vec!["", "{", "[", "{\"Records\":[", "\u{1f}\u{8b}"])) {
        let _ = read(&[head.as_bytes(), &bytes].concat());
        let _ = read(&[&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], &bytes[..]].concat());
        let _ = Wrappers::of(&[Envelope { name: "e", marker: b"", path: &["a"] }]).open(&bytes);
    }

    #[test]
    fn elements_of_an_array_are_its_values(values in prop::collection::vec("[a-z\"\\\\{}\\[\\],]{0,8}", 0..8)) {
        let records: Vec<String> = values.iter().map(|v| serde_json::json!({ "v": v, "l": [v] }).to_string()).collect();
        for text in [format!("[{}]", records.join(" ,\n")), format!("{{\"a\":{{}},\"records\":[{}]}}", records.join(","))] {
            let (_, all) = read(text.as_bytes());
            let texts: Vec<String> = all.into_iter().map(|(_, _, text)| text.unwrap()).collect();
            prop_assert_eq!(&texts, &records);
        }
    }
}
