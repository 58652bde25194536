using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Images;

/// <summary>
/// The files with images' bytes, in a folder of this node or one that all nodes share. A file's name consists of the
/// image's id and a checksum of the content. So a file of the right name has the right content, whoever wrote it, and
/// is never replaced.
/// </summary>
internal sealed class ImageFiles(ServiceSettings settings, IOptions<ImagesOptions> options, DiskReserve reserve)
{
    /// <summary>The number of the checksum's digits in a name, enough to tell contents apart.</summary>
    private const int NameLength = 32;
    private const string DraftEnding = ".part";
    private readonly string folder = options.Value.Folder ?? Path.Combine(settings.DataDirectory, "images");

    /// <summary>Whether all nodes use the same folder.</summary>
    public bool AreShared => options.Value.Folder is not null;

    /// <summary>The node that holds new files; null if all nodes do.</summary>
    public string? Node => AreShared ? null : settings.Host;

    /// <summary>The path of an image's bytes, whether or not they are on this node.</summary>
    public string PathOf(string imageId, string sha512) => Path.Combine(folder, NameOf(imageId, sha512));

    /// <summary>The folder's path; the folder is made if it is missing.</summary>
    public string Folder => Open().FullName;

    /// <summary>A file to write to. It has a temporary name until it is published.</summary>
    /// <exception cref="IOException">There is not enough space outside the reserve.</exception>
    public ImageDraft Begin(string imageId, long length)
    {
        Open();
        reserve.Require(folder, length);
        return new ImageDraft(
            DurableFile.Create(Path.Combine(folder, $"{imageId}.{Guid.NewGuid():N}{DraftEnding}")), reserve);
    }

    /// <summary>The files of present and former images. Other files in the folder are not ours.</summary>
    public IReadOnlyList<(string ImageId, FileInfo File)> List()
        => [.. Open().EnumerateFiles().Select(file => (ImageId: file.Name.Split('.')[0], file)).Where(
            found => IsImage(found.ImageId, found.file.Name))];

    /// <summary>Whether a file of that name belongs to the image, or may soon. A deleted image has no files.</summary>
    public static bool IsNamedBy(Image? image, string file) => image switch
    {
        { Status: ImageStatus.Saving } => true,
        { OsHashValue: { } sha512 } => file == NameOf(image.Id, sha512) || file == image.Id,
        _ => false,
    };

    /// <summary>Removes all of an image's files.</summary>
    public void Delete(string imageId)
    {
        foreach (var (_, file) in List().Where(found => found.ImageId == imageId))
            file.Delete();
    }

    /// <summary>Deletes unfinished files that were last written before that time.</summary>
    public void DeleteDrafts(DateTime before)
    {
        foreach (var draft in Open().EnumerateFiles($"*{DraftEnding}").Where(draft => draft.LastWriteTimeUtc < before))
            draft.Delete();
    }

    /// <summary>Renames a file that an earlier version named by the image's id alone.</summary>
    /// <returns>Whether the image's bytes are on this node.</returns>
    public bool Adopt(Image image)
    {
        var (former, file) = (Path.Combine(folder, image.Id), PathOf(image.Id, image.OsHashValue!));
        try
        {
            if (!File.Exists(file) && File.Exists(former))
                File.Move(former, file);
        }
        catch (FileNotFoundException)
        {
            // Another node that shares the folder has renamed it.
        }
        return File.Exists(file);
    }

    private static string NameOf(string imageId, string sha512) => $"{imageId}.{sha512[..NameLength]}";

    /// <summary>Leaves the mode of a shared folder as it is.</summary>
    private DirectoryInfo Open() => AreShared ? new DirectoryInfo(folder) : DurableFile.Folder(folder);

    private static bool IsImage(string id, string name)
        => Guid.TryParseExact(id, "D", out _)
            && (name.Length == id.Length || name.Length == id.Length + 1 + NameLength);
}
