package io.keymoot.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** How long links and sessions last, on a clock of the test's own. */
class SessionsTest {
  private static final Duration LIFE = Duration.ofHours(12);

  private Instant now = Instant.parse("2030-01-01T00:00:00Z");
  private final Sessions sessions = new Sessions(() -> now, LIFE);

  @Test
  void aLinkIsGoodForTenMinutes() {
    String code = sessions.link();
    String late = sessions.link();
    now = now.plus(Sessions.LINK_LIFE);
    assertThat(sessions.login(code)).isPresent();
    now = now.plusMillis(1);
    assertThat(sessions.login(late)).isEmpty();
  }

  @Test
  void ofManyLinksTheOldestIsVoid() {
    String first = sessions.link();
    String second = sessions.link();
    for (int i = 0; i < 15; i++) {
      sessions.link();
    }
    assertThat(sessions.login(first)).isEmpty();
    assertThat(sessions.login(second)).isPresent();
  }

  @Test
  void aSessionIsOverWhenItsTimeIs() {
    Sessions.Opened opened = sessions.login(sessions.link()).orElseThrow();
    now = now.plus(LIFE).minusMillis(1);
    assertThat(sessions.of(opened.cookie(), opened.pageKey())).isPresent();
    now = now.plusMillis(1);
    assertThat(sessions.of(opened.cookie(), opened.pageKey())).isEmpty();
  }

  @Test
  void theCookieOfOneSessionDoesNotGoWithTheKeyOfAnother() {
    Sessions.Opened one = sessions.login(sessions.link()).orElseThrow();
    Sessions.Opened other = sessions.login(sessions.link()).orElseThrow();
    assertThat(sessions.of(one.cookie(), one.pageKey())).isPresent();
    assertThat(sessions.of(one.cookie(), other.pageKey())).isEmpty();
  }
}
