package io.keymoot.flatkeying;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TickTest {
  private static final Tick SOON = new Tick(1);
  private static final Tick LATER = new Tick(2);

  @Test
  void ofTwoThatMayNotBeSetTheEarlierThatIsCounts() {
    assertThat(Tick.earlier(SOON, LATER)).isEqualTo(SOON);
    assertThat(Tick.earlier(LATER, SOON)).isEqualTo(SOON);
    assertThat(Tick.earlier(null, LATER)).isEqualTo(LATER);
    assertThat(Tick.earlier(LATER, null)).isEqualTo(LATER);
    assertThat(Tick.earlier(null, null)).isNull();
  }
}
