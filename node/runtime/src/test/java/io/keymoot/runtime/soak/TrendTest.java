package io.keymoot.runtime.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TrendTest {
  @Test
  void ofPointsOnALineItIsTheLines() {
    assertThat(Trend.slope(new double[] {10, 20, 40}, new double[] {7, 12, 22}))
        .isCloseTo(0.5, within(1e-9));
  }

  @Test
  void aLeakOfThreeKilobytesAFactIsSeenInHalfAMegabyteOfNoise() {
    Random random = new Random(4);
    double[] facts = new double[170];
    double[] flat = new double[facts.length];
    double[] leaking = new double[facts.length];
    for (int i = 0; i < facts.length; i++) {
      facts[i] = 500 + 3 * i;
      flat[i] = 16_000 + random.nextGaussian() * 500;
      leaking[i] = flat[i] + 3 * facts[i];
    }
    // Three of its standard errors, each 500 / (49 * 3 * sqrt 170).
    assertThat(Trend.slope(facts, flat)).isCloseTo(0, within(0.8));
    assertThat(Trend.slope(facts, leaking)).isCloseTo(3, within(0.8));
  }

  @Test
  void whereNothingCameThereIsNone() {
    assertThatThrownBy(() -> Trend.slope(new double[] {5, 5}, new double[] {1, 2}))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
