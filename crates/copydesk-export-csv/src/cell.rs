//! Cells that a spreadsheet can hold.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What becomes of a cell that is longer than a cell of Excel can be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LongCells {
    /// It is cut, and says so at its end.
    #[default]
    Cut,
    /// Its document goes to quarantine.
    Refuse,
    /// It stays as it is.
    Keep,
}

/// How many characters a cell of Excel holds. Excel counts UTF-16 units, and so do we.
const MOST: usize = 32_767;

impl LongCells {
    /// A cell that fits, or the length of one that is refused.
    pub(crate) fn fit(self, cell: Cow<'_, str>) -> Result<Cow<'_, str>, usize> {
        // No text has more units than bytes.
        if self == Self::Keep || cell.len() <= MOST {
            return Ok(cell);
        }
        let length = cell.encode_utf16().count();
        match self {
            _ if length <= MOST => Ok(cell),
            Self::Refuse => Err(length),
            Self::Cut | Self::Keep => Ok(cut(&cell, length).into()),
        }
    }
}

fn cut(cell: &str, length: usize) -> String {
    let mark = format!(" [cut: {length} characters]");
    let mut left = MOST - mark.len();
    let kept = cell.chars().take_while(|c| {
        let fits = c.len_utf16() <= left;
        left = left.saturating_sub(c.len_utf16());
        fits
    });
    kept.chain(mark.chars()).collect()
}

/// The cell with `'` before it if a spreadsheet would take it for a formula.
pub(crate) fn guarded(cell: Cow<'_, str>) -> Cow<'_, str> {
    if looks_like_a_formula(&cell) { format!("'{cell}").into() } else { cell }
}

/// White space does not shield a formula: importers trim it. The full-width forms count as well, because spreadsheets set
/// to Chinese or Japanese read them as formulas.
fn looks_like_a_formula(cell: &str) -> bool {
    cell.starts_with(['\t', '\r', '\n']) || cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_for_excel_is_cut_with_a_mark_or_refused() {
        let fits = "가".repeat(MOST);
        let long = format!("{}{fits}", "🜁".repeat(10));
        for choice in [LongCells::Cut, LongCells::Refuse, LongCells::Keep] {
            assert_eq!(choice.fit(fits.as_str().into()).as_deref(), Ok(fits.as_str()));
        }
        assert_eq!(LongCells::Refuse.fit(long.as_str().into()), Err(MOST + 20));
        assert_eq!(LongCells::Keep.fit(long.as_str().into()).as_deref(), Ok(long.as_str()));
        let cut = LongCells::Cut.fit(long.as_str().into()).expect("it is cut");
        assert_eq!(cut.encode_utf16().count(), MOST);
        let (kept, mark) = cut.split_once(" [").expect("a mark");
        assert_eq!((mark, long.starts_with(kept)), ("cut: 32787 characters]", true));
        // A character is never cut in two.
        let wide = "🜁".repeat(MOST);
        assert_eq!(LongCells::Cut.fit(wide.as_str().into()).expect("it is cut").encode_utf16().count(), MOST - 1);
    }
}
