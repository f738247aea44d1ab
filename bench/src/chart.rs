//! The ratios as bars, in SVG.

use std::path::Path;

use plotters::{
    prelude::{
        BLACK, ChartBuilder, Color, IntoDrawingArea, IntoFont, PathElement, RGBColor, Rectangle, SVGBackend, Text,
        WHITE,
    },
    style::text_anchor::{HPos, Pos, VPos},
};

use crate::{
    fail::{Failed, OrFail},
    figures::{Against, Line, Run},
};

const WIDTH: u32 = 1000;
/// Height of a line, and of what is above and below all of them.
const LINE: u32 = 24;
const FRAME: u32 = 90;
/// Room for names, left of the bars.
const NAMES: u32 = 420;

const PEER: RGBColor = RGBColor(70, 120, 170);
const FLOOR: RGBColor = RGBColor(150, 150, 150);
const OVER: RGBColor = RGBColor(190, 60, 50);

/// Writes the chart: one bar per line, a stroke where its bar to keep is.
///
/// # Errors
/// If it can't be drawn or written.
pub fn write(run: &Run, to: &Path) -> Result<(), Failed> {
    let mut svg = String::new();
    draw(run, &mut svg)?;
    std::fs::write(to, svg).or_fail(&format!("writing {}", to.display()))
}

fn draw(run: &Run, svg: &mut String) -> Result<(), Failed> {
    let lines = &run.lines;
    let count = lines.len() as f64;
    let most = lines.iter().flat_map(|line| [line.ratio.p90, line.bar.unwrap_or(1.0)]).fold(1.0, f64::max) * 1.1;
    let height = FRAME + LINE * u32::try_from(lines.len()).or_fail("so many lines")?;
    let area = SVGBackend::with_string(svg, (WIDTH, height)).into_drawing_area();
    area.fill(&WHITE).or_fail("a background")?;
    let mut chart = ChartBuilder::on(&area)
        .caption("our time over theirs (grey: over the floor; red: over its bar)", ("sans-serif", 18))
        .margin(10)
        .x_label_area_size(30)
        .y_label_area_size(NAMES)
        .build_cartesian_2d(0.0..most, 0.0..count)
        .or_fail("a chart")?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .x_labels(10)
        .x_max_light_lines(0)
        .draw()
        .or_fail("axes")?;
    let right = ("sans-serif", 15).into_font().color(&BLACK).pos(Pos::new(HPos::Right, VPos::Center));
    let left = ("sans-serif", 15).into_font().color(&BLACK).pos(Pos::new(HPos::Left, VPos::Center));
    for (line, place) in lines.iter().zip(1_u32..) {
        let middle = count - f64::from(place) + 0.5;
        let (low, high) = (middle - 0.35, middle + 0.35);
        let ratio = line.ratio.median;
        let bar = Rectangle::new([(0.0, low), (ratio, high)], color(line).filled());
        let (x, y) = chart.backend_coord(&(0.0, middle));
        let name = Text::new(format!("{}: {}", line.row, line.other), (x - 6, y), right.clone());
        let (x, y) = chart.backend_coord(&(ratio.max(line.bar.unwrap_or(0.0)), middle));
        let figure = Text::new(format!("{ratio:.2}"), (x + 6, y), left.clone());
        chart.plotting_area().draw(&bar).or_fail("a bar")?;
        area.draw(&name).or_fail("a name")?;
        area.draw(&figure).or_fail("a figure")?;
        if let Some(at) = line.bar {
            let stroke = PathElement::new(vec![(at, middle - 0.45), (at, middle + 0.45)], BLACK.stroke_width(2));
            chart.plotting_area().draw(&stroke).or_fail("a stroke")?;
        }
    }
    area.present().or_fail("an image")
}

fn color(line: &Line) -> RGBColor {
    match line.against {
        _ if !line.is_met() => OVER,
        Against::Peer => PEER,
        Against::Floor => FLOOR,
    }
}
