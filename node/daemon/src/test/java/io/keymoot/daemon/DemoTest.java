package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * The walking skeleton, last leg: five real processes over real JGroups. It stays green for good.
 */
class DemoTest {

  @Test
  void fiveProcessesMeetTalkAndPutOneOutWhoThenOpensNothing() {
    StringWriter said = new StringWriter();
    CommandLine keymoot = Keymoot.commandLine();
    keymoot.setOut(new PrintWriter(said));
    int exit = keymoot.execute("demo", "--once");
    assertThat(exit).as(said.toString()).isZero();
    assertThat(said.toString())
        .contains("eva came late", "could not open them", "All of it was checked.");
  }

  @Test
  void overTcpItIsTheSame() {
    StringWriter said = new StringWriter();
    CommandLine keymoot = Keymoot.commandLine();
    keymoot.setOut(new PrintWriter(said));
    int exit = keymoot.execute("demo", "--once", "--tcp");
    assertThat(exit).as(said.toString()).isZero();
  }
}
