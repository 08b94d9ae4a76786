package io.keymoot.daemon.setting;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written whole, though the power goes. */
class PrivateFilesTest {
  @TempDir private Path temp = Path.of("");

  /**
   * Before it has its name, else a crash could leave an empty file of that name; and the folder
   * after it, else the name could be gone.
   */
  @Test
  void whatIsWrittenIsOnTheDiskBeforeItHasItsNameAndTheNameAfterIt() throws Exception {
    Path file = temp.resolve("token");
    Path recorded = temp.resolve("recorded.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("jdk.FileForce").withoutThreshold();
      recording.start();
      PrivateFiles.write(file, new byte[] {'x'});
      recording.stop();
      recording.dump(recorded);
    }
    List<Path> forced =
        RecordingFile.readAllEvents(recorded).stream()
            .map(event -> Path.of(event.getString("path")))
            .filter(path -> path.startsWith(temp))
            .toList();
    assertThat(forced).hasSize(2);
    assertThat(forced.get(0).toString()).endsWith(".new");
    assertThat(forced.get(1)).isEqualTo(temp);
    assertThat(Files.readString(file)).isEqualTo("x");
  }
}
