//! JSON text to borrowed structs: the checks before, the field decoders, and the one way in.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::net::Ipv4Addr;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::shape::{self, Shape};

/// Why a record cannot be read: the place in the record, and what was expected there.
pub(super) type Reason = Cow<'static, str>;

/// How deep a record may nest. The decoders call themselves for every level, so that without a limit a short
/// hostile record could exhaust the stack.
pub(super) const MAX_DEPTH: usize = 100;

/// Reads one record. On failure `shape` tells which field is to blame.
pub(super) fn decode<'r, T: Deserialize<'r>>(text: &'r str, shape: &[Shape]) -> Result<T, Reason> {
    match sonic_rs::from_str::<Strict<T>>(text) {
        Ok(Strict(value)) => Ok(value),
        Err(error) => Err(shape::explain(text, shape, &error)),
    }
}

/// A text that is safe to decode: not nested too deep.
pub(super) fn checked(text: &str) -> Result<&str, Reason> {
    if too_deep(text.as_bytes()) {
        return Err(Reason::Owned(format!("nested more than {MAX_DEPTH} levels deep")));
    }
    Ok(text)
}

/// Whether JSON text nests deeper than [`MAX_DEPTH`].
pub(super) fn too_deep(bytes: &[u8]) -> bool {
    // Nearly every record has fewer brackets than the limit allows levels. Counted in chunks whose sum fits a byte,
    // and with the one bit set in which `[` and `{` differ, that costs next to nothing.
    let opening = |chunk: &[u8]| chunk.iter().map(|b| u8::from(b | 0x20 == b'{')).sum::<u8>();
    bytes.chunks(128).map(|chunk| usize::from(opening(chunk))).sum::<usize>() > MAX_DEPTH && depth(bytes) > MAX_DEPTH
}

fn depth(bytes: &[u8]) -> usize {
    let (mut open, mut deepest, mut in_string, mut escaped) = (0usize, 0, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                open += 1;
                deepest = deepest.max(open);
            }
            b']' | b'}' if !in_string => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// An object, and nothing else: serde's derived structs would also take an array and fill their fields by position.
struct Strict<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Strict<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Object(PhantomData)).map(Strict)
    }
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

/// An object; null is taken as an object without fields.
pub(super) fn object<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<Strict<T>>::deserialize(deserializer)?.map(|Strict(value)| value).unwrap_or_default())
}

/// A list of objects; null is taken as an empty list.
pub(super) fn objects<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_option(Objects(PhantomData))
}

struct Objects<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Objects<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_none<E>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(value)) = seq.next_element()? {
            list.push(value);
        }
        Ok(list)
    }
}

/// A text; null and the empty text are both taken as nothing said.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cow<'de, str>>, D::Error> {
    deserializer.deserialize_option(TextOrNull)
}

struct TextOrNull;

impl<'de> Visitor<'de> for TextOrNull {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok((!text.is_empty()).then_some(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok((!text.is_empty()).then(|| Cow::Owned(text.to_owned())))
    }
}

/// The address without the port that some deliveries append to an IPv4 address; anything else as it is.
pub(super) fn without_port(address: Cow<'_, str>) -> Cow<'_, str> {
    let Some(end) = address.find(':').filter(|at| address[..*at].parse::<Ipv4Addr>().is_ok()) else {
        return address;
    };
    match address {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
        Cow::Owned(mut text) => {
            text.truncate(end);
            Cow::Owned(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_taken_from_ipv4_addresses_only() {
        for (given, kept) in [
            ("192.0.2.7:51234", "192.0.2.7"),
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]:443", "[2001:db8::7]:443"),
            ("host:443", "host:443"),
        ] {
            assert_eq!(without_port(Cow::Borrowed(given)), kept);
            assert_eq!(without_port(Cow::Owned(given.to_owned())), kept);
        }
    }

    #[test]
    fn depth_counts_brackets_outside_strings() {
        assert_eq!(depth(br#"{"a":[{"b":"]}[[["}]}"#), 3);
        assert_eq!(depth(br#"{"a":"\"[[[[[","b":[[[1]]]}"#), 4);
        let list = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert!(!too_deep(list.as_bytes()));
        assert!(too_deep(format!("[{list}]").as_bytes()));
        assert!(!too_deep("[],".repeat(500).as_bytes()));
    }
}
