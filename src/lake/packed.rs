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
fn packed(numbers: impl Iterator<Item = u64>, width: u8, into: &mut Vec<u8>) {
    let (mut held, mut bits) = (0_u128, 0);
    for number in numbers {
        held |= u128::from(number) << bits;
        bits += u32::from(width);
        while bits >= 8 {
            into.push(held.to_le_bytes()[0]);
            held >>= 8;
            bits -= 8;
        }
    }
    if bits > 0 {
        into.push(held.to_le_bytes()[0]);
    }
}

/// Codes of one width as one run: of one value, or of packed ones, which go by eight.
pub(super) fn codes(codes: impl Iterator<Item = u32>, width: u8, into: &mut Vec<u8>) {
    let codes: Vec<u32> = codes.collect();
    let Some(first) = codes.first() else { return };
    if codes.iter().all(|code| code == first) {
        varint((codes.len() as u64) << 1, into);
        into.extend_from_slice(&first.to_le_bytes()[..usize::from(width).div_ceil(8)]);
        return;
    }
    let groups = codes.len().div_ceil(8);
    varint((groups as u64) << 1 | 1, into);
    let padded = codes.iter().copied().chain(std::iter::repeat(0)).take(groups * 8);
    packed(padded.map(u64::from), width, into);
}

/// Texts, each behind its length.
pub(super) fn plain<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<u8> {
    let mut body = Vec::new();
    for text in texts {
        body.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        body.extend_from_slice(text.as_bytes());
    }
    body
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
fn deltas(numbers: &[i64], into: &mut Vec<u8>) {
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
