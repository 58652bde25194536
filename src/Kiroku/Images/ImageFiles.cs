using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Images;

/// <summary>
/// The bytes of images, a file for each in a folder of this node's or of all nodes'. A file is named by its image and
/// by what is in it: whatever has the name has the bytes, no matter who put it there, and nothing takes its place.
/// </summary>
internal sealed class ImageFiles(ServiceSettings settings, IOptions<ImagesOptions> options, DiskReserve reserve)
{
    /// <summary>So much of a checksum that two contents do not share it.</summary>
    private const int NameLength = 32;
    private const string DraftEnding = ".part";
    private readonly string folder = options.Value.Folder ?? Path.Combine(settings.DataDirectory, "images");

    /// <summary>Whether all nodes have the same folder.</summary>
    public bool AreShared => options.Value.Folder is not null;

    /// <summary>Which node has the files that are put here; null for all of them.</summary>
    public string? Node => AreShared ? null : settings.Host;

    /// <summary>Where an image's bytes are, if they are here.</summary>
    public string PathOf(string imageId, string sha512) => Path.Combine(folder, NameOf(imageId, sha512));

    /// <summary>The folder, which is there.</summary>
    public string Folder => Open().FullName;

    /// <summary>A file to write to; until it is published it stands under another name.</summary>
    /// <exception cref="IOException">There is no room for so many bytes beside what is kept in reserve.</exception>
    public ImageDraft Begin(string imageId, long length)
    {
        Open();
        reserve.Require(folder, length);
        return new ImageDraft(
            DurableFile.Create(Path.Combine(folder, $"{imageId}.{Guid.NewGuid():N}{DraftEnding}")), reserve);
    }

    /// <summary>Every file that is or was an image's; what else lies in the folder is somebody else's.</summary>
    public IReadOnlyList<(string ImageId, FileInfo File)> List()
        => [.. Open().EnumerateFiles().Select(file => (ImageId: file.Name.Split('.')[0], file)).Where(
            found => IsImage(found.ImageId, found.file.Name))];

    /// <summary>
    /// Whether a file of that name is the image's, or may be about to be; an image that is gone has none.
    /// </summary>
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

    /// <summary>Removes what was being written and last was at that time.</summary>
    public void DeleteDrafts(DateTime before)
    {
        foreach (var draft in Open().EnumerateFiles($"*{DraftEnding}").Where(draft => draft.LastWriteTimeUtc < before))
            draft.Delete();
    }

    /// <summary>Gives a file that an earlier version named by the image alone its name.</summary>
    /// <returns>Whether the image's bytes are here.</returns>
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
            // Another node that shares the folder did.
        }
        return File.Exists(file);
    }

    private static string NameOf(string imageId, string sha512) => $"{imageId}.{sha512[..NameLength]}";

    /// <summary>A folder that all nodes share has the mode that it was given.</summary>
    private DirectoryInfo Open() => AreShared ? new DirectoryInfo(folder) : DurableFile.Folder(folder);

    private static bool IsImage(string id, string name)
        => Guid.TryParseExact(id, "D", out _)
            && (name.Length == id.Length || name.Length == id.Length + 1 + NameLength);
}
