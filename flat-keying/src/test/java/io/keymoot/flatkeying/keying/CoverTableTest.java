package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code -Dcover.rewrite} writes the table anew. */
class CoverTableTest {
  private static final String BEGIN =
      "<!-- cover table: mvn verify -pl flat-keying "
          + "-Dtest=CoverTableTest -Dcover.rewrite -->\n\n";
  private static final String END = "\n<!-- end of cover table -->";

  @Test
  void theReadmeSaysWhatRekeysCost() throws IOException {
    Path readme = Path.of("README.md");
    String text = Files.readString(readme);
    int from = text.indexOf(BEGIN) + BEGIN.length();
    int to = text.indexOf(END);
    assertThat(to).as("the marks of the table in the README").isGreaterThanOrEqualTo(from);
    String table = CoverTable.markdown();
    if (System.getProperty("cover.rewrite") != null) {
      Files.writeString(readme, text.substring(0, from) + table + text.substring(to));
    } else {
      assertThat(text.substring(from, to)).isEqualTo(table);
    }
  }
}
