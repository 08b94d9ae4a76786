package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class KeymootTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void itSaysItsVersion() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).startsWith("keymoot ");
  }

  @Test
  void aCommandItDoesNotKnowIsNamedAndTheExitCodeIsTwo() {
    assertThat(run("dance")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("There is no command 'dance'.")
        .contains("Usage: keymoot");
  }

  @Test
  void aMissingCommandIsSaidAndTheExitCodeIsTwo() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("a command is missing").contains("Usage: keymoot");
  }

  private int run(String... arguments) {
    CommandLine line = Keymoot.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }
}
