package dev.graft.data;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;

/**
 * A folder with one folder of images per class, as torchvision's ImageFolder: classes sorted by
 * name; in each, the files sorted by their folder and then by name, folders inside a class and
 * symbolic links followed. What begins with a dot is left out. Whether a file is an image shows
 * when it is read, whatever it is called.
 *
 * @param classes the names of the class folders
 * @param files all files, class by class
 * @param labels the class of each file, an index into {@code classes}
 */
public record ImageFolder(Path root, List<String> classes, List<Path> files, List<Integer> labels) {
  private static final Comparator<Path> BY_FOLDER_THEN_NAME =
      Comparator.comparing((Path p) -> p.getParent().toString())
          .thenComparing(p -> p.getFileName().toString());

  /**
   * @throws IOException if the folder is absent, cannot be listed, or holds no class folder with a
   *     file; the message is one line that begins with its path
   */
  public static ImageFolder of(Path root) throws IOException {
    List<Path> folders = classFolders(root);
    List<String> classes = new ArrayList<>();
    List<Path> files = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (Path folder : folders) {
      for (Path file : filesIn(folder)) {
        files.add(file);
        labels.add(classes.size());
      }
      classes.add(folder.getFileName().toString());
    }
    if (files.isEmpty()) {
      String found =
          folders.isEmpty() ? "no class folders" : folders.size() + " class folders, all empty";
      throw new IOException(
          root + ": " + found + "; expected a folder per class with images in it: cats/1.jpg");
    }
    return new ImageFolder(root, List.copyOf(classes), List.copyOf(files), List.copyOf(labels));
  }

  /**
   * The class folders in {@code root}, sorted by name; none where there are only files.
   *
   * @throws IOException if {@code root} is absent or cannot be listed
   */
  public static List<Path> classFolders(Path root) throws IOException {
    if (!Files.exists(root)) {
      throw new NoSuchFileException(root + ": no such folder");
    }
    if (!Files.isDirectory(root)) {
      throw new NotDirectoryException(root + ": a file; expected a folder of class folders");
    }
    List<Path> folders = new ArrayList<>();
    try (DirectoryStream<Path> inside =
        Files.newDirectoryStream(root, p -> !isHidden(p) && Files.isDirectory(p))) {
      inside.forEach(folders::add);
    }
    folders.sort(BY_FOLDER_THEN_NAME);
    return folders;
  }

  private static boolean isHidden(Path path) {
    return path.getFileName().toString().startsWith(".");
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        folder,
        EnumSet.of(FileVisitOption.FOLLOW_LINKS),
        Integer.MAX_VALUE,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a) {
            return isHidden(dir) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (!isHidden(file) && attributes.isRegularFile()) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          /** A locked folder, a link in a circle: it is reported when its turn to be read comes. */
          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            files.add(file);
            return FileVisitResult.CONTINUE;
          }
        });
    files.sort(BY_FOLDER_THEN_NAME);
    return files;
  }

  /** The number of files. */
  public int size() {
    return files.size();
  }

  /**
   * This folder's files under other class numbers: those of a trained model.
   *
   * @throws IOException if a class with files is not among {@code wanted}
   */
  public ImageFolder withClasses(List<String> wanted) throws IOException {
    List<Integer> renumbered = new ArrayList<>();
    for (int label : labels) {
      int index = wanted.indexOf(classes.get(label));
      if (index < 0) {
        throw new IOException(
            root + ": class folder \"" + classes.get(label) + "\" is not one of " + wanted);
      }
      renumbered.add(index);
    }
    return new ImageFolder(root, List.copyOf(wanted), files, List.copyOf(renumbered));
  }

  /** The files at these positions. */
  public ImageFolder select(int[] positions) {
    List<Path> chosen = new ArrayList<>();
    List<Integer> chosenLabels = new ArrayList<>();
    for (int i : positions) {
      chosen.add(files.get(i));
      chosenLabels.add(labels.get(i));
    }
    return new ImageFolder(root, classes, List.copyOf(chosen), List.copyOf(chosenLabels));
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "ImageFolder %s: %,d files in %d classes", root, size(), classes.size());
  }
}
