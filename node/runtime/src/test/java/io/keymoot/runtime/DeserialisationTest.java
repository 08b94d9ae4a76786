package io.keymoot.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jgroups.util.Util;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Filters hold for a whole JVM and for good, so each of these has a JVM of its own. */
@Isolated
class DeserialisationTest {
  @Test
  void withoutAnyFilterJgroupsTakesTheBait() throws Exception {
    assertThat(inAJvmOfItsOwn("nothing")).containsExactly("jgroups: taken", "application: taken");
  }

  @Test
  void forbiddenInJgroupsTheApplicationsOwnStreamsStillWork() throws Exception {
    assertThat(inAJvmOfItsOwn("jgroups")).containsExactly("jgroups: refused", "application: taken");
  }

  @Test
  void forbiddenInTheJvmNobodyTakesIt() throws Exception {
    assertThat(inAJvmOfItsOwn("jvm")).containsExactly("jgroups: refused", "application: refused");
  }

  @Test
  void aFilterOfTheApplicationStaysAndJgroupsIsRefusedAllTheSame() throws Exception {
    assertThat(inAJvmOfItsOwn("filter,jvm"))
        .containsExactly("jgroups: refused", "application: taken");
  }

  @Test
  void jgroupsIsRefusedThoughItWasUsedBefore() throws Exception {
    assertThat(inAJvmOfItsOwn("use,jgroups"))
        .containsExactly("jgroups: refused", "application: taken");
  }

  @Test
  void whereNothingCanBeChangedAnyMoreItSaysWhatToDo() throws Exception {
    assertThat(inAJvmOfItsOwn("use,filter,jgroups"))
        .singleElement()
        .asString()
        .contains("Start the JVM with -Djgroups.deserialization.filter='!*'");
  }

  private static List<String> inAJvmOfItsOwn(String steps) throws Exception {
    Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Jvm.class.getName(),
                steps)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said = jvm.inputReader(StandardCharsets.UTF_8)) {
      return said.lines().toList();
    }
  }

  /** What runs in the other JVM. */
  static final class Jvm {
    private static final class Bait implements Serializable {}

    public static void main(String[] arguments) throws Exception {
      try {
        for (String step : arguments[0].split(",", -1)) {
          switch (step) {
            case "nothing" -> {}
            case "use" -> Util.objectFromByteBuffer(Util.objectToByteBuffer(new Bait()));
            case "filter" ->
                ObjectInputFilter.Config.setSerialFilter(
                    ObjectInputFilter.Config.createFilter("io.keymoot.**;!*"));
            case "jgroups" -> Deserialisation.FORBIDDEN_IN_JGROUPS.enforce();
            case "jvm" -> Deserialisation.FORBIDDEN_IN_JVM.enforce();
            default -> throw new IllegalArgumentException(step);
          }
        }
        byte[] written = Util.objectToByteBuffer(new Bait());
        say("jgroups", () -> Util.objectFromByteBuffer(written));
        ByteArrayOutputStream own = new ByteArrayOutputStream();
        new ObjectOutputStream(own).writeObject(new Bait());
        say(
            "application",
            () -> new ObjectInputStream(new ByteArrayInputStream(own.toByteArray())).readObject());
      } catch (IllegalStateException e) {
        System.out.println(e.getMessage());
      }
    }

    private interface Reading {
      Object read() throws Exception;
    }

    private static void say(String who, Reading reading) throws Exception {
      try {
        reading.read();
        System.out.println(who + ": taken");
      } catch (InvalidClassException e) {
        System.out.println(who + ": refused");
      }
    }
  }
}
