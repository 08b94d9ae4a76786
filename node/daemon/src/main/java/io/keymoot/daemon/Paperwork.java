package io.keymoot.daemon;

import io.keymoot.daemon.api.Route;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help;

/**
 * Writes what goes into the archive beside the program, from what the program itself says: the
 * reference, the shell completion, and a file with every setting. Run by the build.
 */
final class Paperwork {
  private Paperwork() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    Files.createDirectories(folder.resolve("completion"));
    Files.createDirectories(folder.resolve("etc"));
    Files.writeString(folder.resolve("REFERENCE.md"), reference());
    Files.writeString(
        folder.resolve("completion/keymoot.bash"),
        AutoComplete.bash("keymoot", Keymoot.commandLine()));
    Files.writeString(folder.resolve("etc/keymoot.conf"), settings());
  }

  static String reference() {
    StringBuilder text = new StringBuilder("# keymoot: reference\n\nMade by the build.\n");
    text.append("\n## Commands\n");
    commands(Keymoot.commandLine(), text);
    text.append("\n## Settings\n\n| in keymoot.conf | default | |\n|---|---|---|\n");
    for (Setting setting : Setting.values()) {
      text.append(
          "| `%s` = %s | %s | %s |\n"
              .formatted(
                  setting.key(),
                  setting.shape().replace("|", "\\|"),
                  setting.preset().isEmpty() ? "" : '`' + setting.preset() + '`',
                  setting.about()));
    }
    text.append("\nAs a flag of `run` each has two hyphens before it; in the environment it is `")
        .append(Setting.API_SOCKET.variable())
        .append("` for `api-socket`.\n");
    text.append(
        "\n## Routes\n\n`/v1/openapi.yaml` has them whole.\n\n| route | command |\n|---|---|\n");
    for (Route route : Route.values()) {
      text.append(
          "| `%s %s` | %s |\n"
              .formatted(
                  route.method(),
                  route.path(),
                  route.command().isEmpty() ? "" : '`' + route.command() + '`'));
    }
    text.append("\n## Errors\n\n| code | HTTP | exit code | |\n|---|---|---|---|\n");
    for (ErrorCode code : ErrorCode.values()) {
      text.append(
          "| `%s` | %d | %d | %s |\n"
              .formatted(code.word(), code.status(), code.exit(), code.title()));
    }
    return text.toString();
  }

  private static void commands(CommandLine line, StringBuilder text) {
    Map<String, CommandLine> sorted = new TreeMap<>(line.getSubcommands());
    sorted.forEach(
        (name, command) -> {
          if (command.getCommandSpec().usageMessage().hidden()) {
            return;
          }
          text.append("\n### ")
              .append(command.getCommandSpec().qualifiedName())
              .append("\n\n```\n")
              .append(command.getUsageMessage(Help.Ansi.OFF).stripTrailing())
              .append("\n```\n");
          commands(command, text);
        });
  }

  static String settings() {
    StringBuilder text =
        new StringBuilder(
            "# Settings of the daemon, all with their defaults. Copy to where 'keymoot paths'"
                + " says.\n");
    for (Setting setting : Setting.values()) {
      text.append(
          "\n# %s\n# %s = %s\n#%s = %s\n"
              .formatted(
                  setting.about(),
                  setting.key(),
                  setting.shape(),
                  setting.key(),
                  setting.preset()));
    }
    return text.toString();
  }
}
