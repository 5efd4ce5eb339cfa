package dev.graft.demo;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws accuracy over examples a class, a curve for each contender, as a PNG. */
final class DemoChart {
  /** Blue, vermilion and grey of Okabe and Ito (2008), which colour-blind readers tell apart. */
  private static final Map<String, Color> COLOURS =
      Map.of(
          "graft", new Color(0x0072B2),
          "scratch", new Color(0xD55E00),
          "pixels", new Color(0x767676));

  private DemoChart() {}

  /**
   * Writes the picture.
   *
   * @throws IOException if it cannot be written, or if the machine has no font to draw text with
   */
  static void write(List<FewShot.Result> results, Path file) throws IOException {
    BufferedImage picture;
    try {
      picture = BitmapEncoder.getBufferedImage(chart(results));
    } catch (RuntimeException | LinkageError | InternalError e) {
      throw new IOException(
          "text needs a font, and there is none (Debian: fontconfig fonts-dejavu-core): " + e, e);
    }
    ImageIO.write(picture, "png", file.toFile());
  }

  private static CategoryChart chart(List<FewShot.Result> results) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(900)
            .height(600)
            .title("Handwritten digits, from a few examples of each")
            .xAxisTitle("examples of each digit")
            .yAxisTitle("test images right, %")
            .build();
    style(chart);
    for (FewShot.Result result : results) {
      Color colour = COLOURS.get(result.contender().key());
      CategorySeries series =
          chart.addSeries(
              result.contender().title(),
              FewShot.SHOTS,
              FewShot.SHOTS.stream().map(k -> 100 * result.scores().get(k).accuracy()).toList(),
              FewShot.SHOTS.stream().map(k -> 100 * result.scores().get(k).deviation()).toList());
      series.setChartCategorySeriesRenderStyle(CategorySeriesRenderStyle.Line);
      series.setLineColor(colour);
      series.setMarkerColor(colour);
      series.setMarker(SeriesMarkers.CIRCLE);
      series.setLineStyle(new BasicStroke(2.5f));
    }
    return chart;
  }

  private static void style(CategoryChart chart) {
    Font text = new Font(Font.SANS_SERIF, Font.PLAIN, 16);
    CategoryStyler styler = chart.getStyler();
    styler.setYAxisMin(0.0).setYAxisMax(100.0);
    styler.setAxisTickLabelsFont(text).setAxisTitleFont(text);
    styler.setPlotGridLinesColor(new Color(0xE0E0E0)).setErrorBarsColorSeriesColor(true);
    styler.setPlotGridVerticalLinesVisible(false);
    styler.setOverlapped(true); // else every contender stands beside its tick, as bars would
    styler.setLegendPosition(LegendPosition.InsideSE).setLegendFont(text);
    styler.setLegendBorderColor(Color.WHITE);
    styler.setChartTitleFont(text.deriveFont(Font.BOLD, 18f)).setChartTitleBoxVisible(false);
    styler.setChartBackgroundColor(Color.WHITE).setPlotBorderVisible(false).setMarkerSize(9);
  }
}
