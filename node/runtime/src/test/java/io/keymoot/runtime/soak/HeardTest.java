package io.keymoot.runtime.soak;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeardTest {
  private static final long MILLIS = 1_000_000;
  private final Villager.Heard heard = new Villager.Heard();

  private void take(String from, long number) {
    heard.take(from, number, 0, 1);
  }

  private String stats() {
    return heard.stats(1);
  }

  @Test
  void whatComesLateIsNotLostAndWhatWasLostBeforeTheCountBeganIsNotCounted() {
    take("anna", 0);
    take("anna", 3);
    take("ben", 7);
    take("ben", 9);
    assertThat(stats()).endsWith(" 3 2");
    take("anna", 1);
    assertThat(stats()).endsWith(" 2 2");
    heard.reset();
    take("anna", 2);
    assertThat(stats()).endsWith(" 0 2");
    take("ben", 11);
    assertThat(stats()).as("the late one of anna makes up for none of ben").endsWith(" 1 2");
  }

  /** It would be neither late nor lost. */
  @Test
  void whoIsHeardNoMoreIsNotCounted() {
    heard.take("anna", 0, 0, 5 * MILLIS);
    heard.take("ben", 0, 0, 5 * MILLIS);
    heard.take("ben", 1, 395 * MILLIS, 400 * MILLIS);
    assertThat(heard.stats(401 * MILLIS)).isEqualTo("stats 3 5000 0 0 1");
  }
}
