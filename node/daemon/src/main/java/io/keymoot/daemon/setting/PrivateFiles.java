package io.keymoot.daemon.setting;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Files and folders that only their owner can read. They are created so: made first and narrowed
 * afterwards, somebody else could have opened them in between.
 */
public final class PrivateFiles {
  private PrivateFiles() {}

  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwx------");

  /** Makes a folder, and those it stands in, unless it is there. */
  public static void folder(Path folder) {
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(FOLDER));
      }
    } catch (IOException e) {
      throw new Problem(
          ErrorCode.BAD_FILE,
          "The folder " + folder + " cannot be made: " + why(e) + '.',
          "Make it, or name another one.");
    }
  }

  /** Writes the whole file or leaves the old one as it was, also if the power goes meanwhile. */
  public static void write(Path file, byte[] content) {
    try {
      Path parent = file.toAbsolutePath().getParent();
      if (parent == null) {
        throw new IOException("it is a root");
      }
      Path fresh =
          Files.createTempFile(
              parent, ".keymoot-", ".new", PosixFilePermissions.asFileAttribute(FILE));
      try {
        try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
          ByteBuffer rest = ByteBuffer.wrap(content);
          while (rest.hasRemaining()) {
            out.write(rest);
          }
          // Else the name could be on the disk before the content, and be all that a crash leaves.
          out.force(true);
        }
        Files.move(
            fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel names = FileChannel.open(parent, StandardOpenOption.READ)) {
          names.force(true);
        }
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException e) {
      throw new Problem(
          ErrorCode.BAD_FILE,
          "The file " + file + " cannot be written: " + why(e) + '.',
          "See that its folder is there, and that this user may write in it.");
    }
  }

  /** Like {@link #write}, but never over a file that is there. */
  public static void create(Path file, byte[] content) {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new Problem(
          ErrorCode.BAD_FILE,
          "The file " + file + " is there already.",
          "Move it away first, or name another one: nothing is overwritten.");
    }
    write(file, content);
  }

  /** Whether nobody but its owner can read or change it. */
  public static boolean isPrivate(Path file) throws IOException {
    return Files.getPosixFilePermissions(file).stream()
        .allMatch(each -> each.name().startsWith("OWNER_"));
  }

  public static byte[] read(Path file, int mostBytes) {
    try {
      if (Files.size(file) > mostBytes) {
        throw new IOException("it has more than " + mostBytes + " bytes");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new Problem(
          ErrorCode.BAD_FILE,
          "The file " + file + " cannot be read: " + why(e) + '.',
          "See that it is there, and that this user may read it.");
    }
  }

  /** In words, what an exception of the file system means. */
  public static String why(IOException e) {
    return switch (e) {
      case NoSuchFileException none -> "it is not there";
      case AccessDeniedException denied -> "this user may not";
      case java.nio.charset.CharacterCodingException coding -> "it is not UTF-8";
      case FileSystemException other when other.getReason() != null ->
          String.valueOf(other.getReason());
      default -> String.valueOf(e.getMessage());
    };
  }
}
