package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.daemon.setting.Places;
import io.keymoot.daemon.setting.PrivateFiles;
import io.keymoot.daemon.setting.Setting;
import io.keymoot.daemon.setting.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What opens the API is kept over a start, or it is said why not. */
class TokenTest {
  private static final String BEFORE = "a-token-of-an-earlier-start-as-long-as-one-is";

  @TempDir private Path temp = Path.of("");

  private Path token() {
    return temp.resolve("token");
  }

  /** The token after a start, and what the log says by then. */
  private record Start(String token, String said) {}

  private Start start() throws Exception {
    Places places = Places.of(temp, temp, name -> null);
    Settings settings =
        Settings.read(Map.of(Setting.API.key(), "127.0.0.1:0"), name -> null, places.settings());
    try (Daemon daemon = Daemon.open(places, settings)) {
      return new Start(
          Files.readString(token()), String.join("\n", daemon.log().after(0, 100).events()));
    }
  }

  private void write(String token) {
    PrivateFiles.write(token(), token.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void oneThatItsOwnerAloneCanReadIsKeptAndOneThatWasNotThereIsMadeWithoutAWord() throws Exception {
    Start first = start();
    assertThat(first.said()).doesNotContain("token");
    Start second = start();
    assertThat(second.token()).isEqualTo(first.token());
    assertThat(second.said()).doesNotContain("token");
  }

  @Test
  void oneThatOthersCouldReadIsMadeAnewAndTheLogSaysWhy() throws Exception {
    write(BEFORE);
    Files.setPosixFilePermissions(token(), PosixFilePermissions.fromString("rw-r-----"));
    Start start = start();
    assertThat(start.token()).isNotEqualTo(BEFORE);
    assertThat(PrivateFiles.isPrivate(token())).isTrue();
    assertThat(start.said())
        .contains(token() + " could be read or changed by other users", "was made anew")
        .doesNotContain(BEFORE, start.token());
  }

  @Test
  void oneThatIsTornIsMadeAnewAndTheLogSaysWhy() throws Exception {
    write("torn");
    Start start = start();
    assertThat(start.token()).isNotEqualTo("torn");
    assertThat(start.said()).contains(token() + " was damaged", "was made anew");
  }
}
