//! Tables without borders: columns as wide as their widest cell, two spaces apart.

use anstyle::Style;

use super::style::{HEADING, paint};

/// Rows of cells, all with the same number of columns.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<Cell>>,
}

#[derive(Debug)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// Returns a cell in colour.
    pub(crate) fn new(text: impl Into<String>, style: Style) -> Self {
        Self {
            text: text.into(),
            style,
        }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text, Style::new())
    }
}

impl Table {
    /// Returns a table with these headings.
    pub(crate) fn new<const N: usize>(headings: [&str; N]) -> Self {
        let heading = headings.map(|text| Cell::new(text, HEADING));
        Self {
            rows: vec![heading.into()],
        }
    }

    /// Adds a row.
    pub(crate) fn row<const N: usize>(&mut self, cells: [Cell; N]) {
        self.rows.push(cells.into());
    }

    /// Returns the text of the table; each row ends with a newline and without spaces.
    pub(crate) fn render(&self) -> String {
        let mut widths: Vec<usize> = Vec::new();
        for row in &self.rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.text.chars().count());
            }
        }
        let mut out = String::new();
        for row in &self.rows {
            let filled = row
                .iter()
                .rposition(|cell| !cell.text.is_empty())
                .map_or(0, |last| last + 1);
            for (column, (cell, width)) in row.iter().zip(&widths).take(filled).enumerate() {
                out.push_str(&paint(cell.style, &cell.text));
                if column + 1 < filled {
                    out.extend(std::iter::repeat_n(' ', width - cell.text.chars().count() + 2));
                }
            }
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn columns_line_up_and_rows_end_without_spaces() {
        let mut table = Table::new(["ID", "STATUS", "NOTE"]);
        table.row(["long-id".into(), "ok".into(), "".into()]);
        table.row(["x".into(), "failed".into(), "why".into()]);
        let plain = anstream::adapter::strip_str(&table.render()).to_string();
        assert_eq!(
            plain,
            "ID       STATUS  NOTE\nlong-id  ok\nx        failed  why\n"
        );
    }
}
