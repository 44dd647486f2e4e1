//! What files are told to be, and what programs add to their formats.

use super::*;

#[test]
fn archives_are_refused_though_they_hold_lines_of_json() {
    let record = b"{\"a\":1}\n";
    let mut tar = vec![b'x'; 512];
    tar[257..262].copy_from_slice(b"ustar");
    for (archive, name) in
        [([b"PK\x03\x04\n", &record[..]].concat(), "a zip archive"), ([tar, record.to_vec()].concat(), "a tar archive")]
    {
        let reason = format!("the file looks like {name}, not JSON: unpack it first");
        assert_eq!(read(&archive), (Packing::Junk, vec![bad(1, 0, &reason)]));
        assert_eq!(read(&gzip(&archive)), (Packing::Junk, vec![bad(1, 0, &reason)]));
    }
}

#[test]
fn what_stands_before_json_is_told() {
    for (text, part) in [
        (&b"\x1e{\"a\":1}\n\x1e{\"a\":2}\n"[..], "RFC 7464"),
        (b"<14>1 2026-07-01T08:00:00Z h a - - - {\"a\":1}\n", "something before its JSON"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[{\"a\":1}, {\"a\":2}]\n",
            "headers of an HTTP answer",
        ),
        (b"\xff\xfe\0\0[\0\0\0", "UTF-32 text"),
        (b"\xff\xfe[\0", "UTF-16 text"),
    ] {
        let (packing, all) = read(text);
        assert_eq!((packing, all.len()), (Packing::Junk, 1));
        assert!(all[0].2.as_ref().is_err_and(|why| why.contains(part)), "{all:?}");
    }
}

/// The objects that stand for the rows, or what is wrong with them.
fn rows(text: &str) -> Vec<Result<String, String>> {
    let mut frames = open(text.as_bytes());
    assert_eq!(frames.packing(), Packing::Csv, "{text}");
    let mut all = Vec::new();
    while let Some(chunk) = frames.next_chunk().unwrap() {
        all.extend(chunk.frames.iter().map(|frame| match &frame.defect {
            Some(defect) => Err(defect.reason.clone()),
            None => Ok(String::from_utf8(chunk.record(frame).to_vec()).unwrap()),
        }));
    }
    all
}

#[test]
fn what_programs_add_to_separated_values_is_known() {
    assert_eq!(rows("sep=;\r\na;b;c\r\n1;2;\"3,4,5\"\r\n"), [Ok(r#"{"a":"1","b":"2","c":"3,4,5"}"#.to_owned())]);
    assert_eq!(rows(",a,b,c\n0,1,2,3\n"), [Ok(r#"{"":"0","a":"1","b":"2","c":"3"}"#.to_owned())]);
    assert_eq!(read(b"a,,b,c\n0,1,2,3\n").0, Packing::Junk);
}

#[test]
fn a_quote_that_is_never_closed_is_told() {
    let open = "a quote that is opened in this row is never closed".to_owned();
    let first = Ok(r#"{"a":"1","b":"2","c":"3"}"#.to_owned());
    for end in ["", "\n", "\n7,8,9\n"] {
        assert_eq!(rows(&format!("a,b,c\n1,2,3\n4,\"5,6{end}")), [first.clone(), Err(open.clone())], "{end:?}");
    }
    assert_eq!(rows("a,b,c\n1,2,\"3\""), [first]);
}

#[test]
fn instants_of_96_bits_are_in_utc_and_those_without_a_zone_stay_without() {
    use parquet::data_type::{Int64Type, Int96, Int96Type};
    use parquet::file::writer::SerializedFileWriter;
    let schema = "message m { required int96 at; required group inner { required int96 at; }
        required int64 local (TIMESTAMP(MICROS,false)); }";
    let schema = std::sync::Arc::new(parquet::schema::parser::parse_message_type(schema).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, std::sync::Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    // One hour into the day that begins where the Julian day 2,440,588 does.
    let mut instant = Int96::new();
    let nanoseconds = 3_600_000_000_000_u64;
    let half = |number: u64| u32::try_from(number & u64::from(u32::MAX)).unwrap();
    instant.set_data(half(nanoseconds), half(nanoseconds >> 32), 2_440_588);
    for _ in 0..2 {
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int96Type>().write_batch(&[instant], None, None).unwrap();
        column.close().unwrap();
    }
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int64Type>().write_batch(&[0], None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    let (_, all) = read(&writer.into_inner().unwrap());
    let record = r#"{"at":"1970-01-01T01:00:00Z","inner":{"at":"1970-01-01T01:00:00Z"},"local":"1970-01-01T00:00:00"}"#;
    assert_eq!(all, [ok(1, 0, record)]);
}
