package io.keymoot.runtime.soak;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeardTest {
  private final Villager.Heard heard = new Villager.Heard();

  @Test
  void whatComesLateIsNotLostAndWhatWasLostBeforeTheCountBeganIsNotCounted() {
    heard.take("anna", 0, 1);
    heard.take("anna", 3, 1);
    heard.take("ben", 7, 1);
    heard.take("ben", 9, 1);
    assertThat(heard.stats()).endsWith(" 3");
    heard.take("anna", 1, 1);
    assertThat(heard.stats()).endsWith(" 2");
    heard.reset();
    heard.take("anna", 2, 1);
    assertThat(heard.stats()).endsWith(" 0");
    heard.take("ben", 11, 1);
    assertThat(heard.stats()).as("the late one of anna makes up for none of ben").endsWith(" 1");
  }
}
