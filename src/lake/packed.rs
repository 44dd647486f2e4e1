//! Numbers and texts in the forms that Parquet packs them into.

/// Bits that a number takes.
pub(super) fn width(number: u64) -> u8 {
    u8::try_from(u64::BITS - number.leading_zeros()).unwrap_or(64)
}

fn varint(mut number: u64, into: &mut Vec<u8>) {
    while number >= 0x80 {
        into.push(number.to_le_bytes()[0] & 0x7f | 0x80);
        number >>= 7;
    }
    into.push(number.to_le_bytes()[0]);
}

fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

/// Numbers of one width, the lowest bit first.
pub(super) fn packed(numbers: impl Iterator<Item = u64>, width: u8, into: &mut Vec<u8>) {
    let (mut held, mut bits) = (0_u128, 0);
    for number in numbers {
        held |= u128::from(number) << bits;
        bits += u32::from(width);
        if bits >= 64 {
            into.extend_from_slice(&held.to_le_bytes()[..8]);
            held >>= 64;
            bits -= 64;
        }
    }
    into.extend_from_slice(&held.to_le_bytes()[..bits.div_ceil(8) as usize]);
}

/// Equal codes in a row from which on they are worth a run of their own.
const LONG_RUN: usize = 32;

/// Codes of one width as runs: of one value, or of packed ones, which go by eight.
pub(super) fn codes(codes: &[u32], width: u8, into: &mut Vec<u8>) {
    let (mut start, mut at) = (0, 0);
    for run in codes.chunk_by(|a, b| a == b) {
        let end = at + run.len();
        // Packed codes before the run have to be full eights, so they take some of it along.
        let begin = (at + (8 - (at - start) % 8) % 8).min(end);
        if end - begin >= LONG_RUN {
            literal(&codes[start..begin], width, into);
            varint(((end - begin) as u64) << 1, into);
            into.extend_from_slice(&run[0].to_le_bytes()[..usize::from(width).div_ceil(8)]);
            start = end;
        }
        at = end;
    }
    literal(&codes[start..], width, into);
}

fn literal(codes: &[u32], width: u8, into: &mut Vec<u8>) {
    if codes.is_empty() {
        return;
    }
    let groups = codes.len().div_ceil(8);
    varint((groups as u64) << 1 | 1, into);
    let padded = codes.iter().copied().chain(std::iter::repeat_n(0, groups * 8 - codes.len()));
    packed(padded.map(u64::from), width, into);
}

/// Texts, each behind its length.
pub(super) fn plain<'t>(texts: impl Iterator<Item = &'t str>, into: &mut Vec<u8>) {
    for text in texts {
        into.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        into.extend_from_slice(text.as_bytes());
    }
}

/// Texts behind all their lengths, so that what is alike stands together.
pub(super) fn texts<'t>(texts: impl Iterator<Item = &'t str> + Clone, into: &mut Vec<u8>) {
    let lengths: Vec<i64> = texts.clone().map(|text| i64::try_from(text.len()).unwrap_or(i64::MAX)).collect();
    deltas(&lengths, into);
    texts.for_each(|text| into.extend_from_slice(text.as_bytes()));
}

/// Numbers of a block, and of each of its parts.
const BLOCK: usize = 128;
const PART: usize = 32;

/// Numbers by how they differ, block by block.
pub(super) fn deltas(numbers: &[i64], into: &mut Vec<u8>) {
    varint(BLOCK as u64, into);
    varint((BLOCK / PART) as u64, into);
    varint(numbers.len() as u64, into);
    varint(zigzag(numbers.first().copied().unwrap_or(0)), into);
    let steps: Vec<i64> = numbers.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).collect();
    for block in steps.chunks(BLOCK) {
        let least = block.iter().copied().min().unwrap_or(0);
        varint(zigzag(least), into);
        let parts: Vec<Vec<u64>> =
            block.chunks(PART).map(|part| part.iter().map(|step| step.wrapping_sub(least) as u64).collect()).collect();
        let widths: Vec<u8> = parts.iter().map(|part| width(part.iter().copied().max().unwrap_or(0))).collect();
        into.extend(widths.iter().copied().chain(std::iter::repeat(0)).take(BLOCK / PART));
        for (part, width) in parts.iter().zip(widths) {
            packed(part.iter().copied().chain(std::iter::repeat(0)).take(PART), width, into);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unpacked(mut from: &[u8], width: u8, count: usize) -> Vec<u32> {
        let mut codes = Vec::new();
        while codes.len() < count {
            let (mut head, mut shift) = (0_u64, 0);
            loop {
                let byte = from[0];
                from = &from[1..];
                head |= u64::from(byte & 0x7f) << shift;
                shift += 7;
                if byte < 0x80 {
                    break;
                }
            }
            if head & 1 == 0 {
                let size = usize::from(width).div_ceil(8);
                let mut value = [0; 4];
                value[..size].copy_from_slice(&from[..size]);
                from = &from[size..];
                codes.extend(std::iter::repeat_n(u32::from_le_bytes(value), (head >> 1) as usize));
                continue;
            }
            let size = (head >> 1) as usize * usize::from(width);
            let bit = |at: usize| u32::from(from[at / 8] >> (at % 8) & 1);
            let code = |at: usize| (0..usize::from(width)).map(|n| bit(at * usize::from(width) + n) << n).sum::<u32>();
            codes.extend((0..(head >> 1) as usize * 8).map(code));
            from = &from[size..];
        }
        assert!(from.is_empty());
        codes.truncate(count);
        codes
    }

    proptest! {
        #[test]
        fn codes_are_read_back(runs in prop::collection::vec((0_u32..300, 1_usize..90), 0..20), width in 9_u8..33) {
            let all: Vec<u32> = runs.iter().flat_map(|(code, count)| std::iter::repeat_n(*code, *count)).collect();
            let mut into = Vec::new();
            codes(&all, width, &mut into);
            prop_assert_eq!(unpacked(&into, width, all.len()), all);
        }
    }

    #[test]
    fn a_long_run_takes_few_bytes() {
        let all: Vec<u32> = [5, 6, 7].into_iter().chain(std::iter::repeat_n(4, 10_000)).chain([1]).collect();
        let mut into = Vec::new();
        codes(&all, 3, &mut into);
        assert!(into.len() < 16, "{}", into.len());
        assert_eq!(unpacked(&into, 3, all.len()), all);
    }
}
