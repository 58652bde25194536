using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Volumes;

/// <summary>
/// Marks a volume as not whole. libvirt can neither rename a volume nor make one in a single step, so an empty volume
/// beside it says "half made" from before the first byte until after the last: whatever is killed in between leaves the
/// mark, and a marked volume counts as absent until it is made anew or deleted.
/// </summary>
internal static class HalfMade
{
    private const string Suffix = ".half";

    public static bool IsMarked(Session session, string name)
        => PoolVolumes.Measure(session, name + Suffix) is not null;

    /// <summary>Runs what makes the volume; if it fails, nothing is left.</summary>
    public static void Make(Session session, string name, Action make)
    {
        Begin(session, name, make);
        End(session, name);
    }

    /// <summary>
    /// Runs the first part of what makes the volume; if it fails, nothing is left, else the volume counts as absent.
    /// </summary>
    public static void Begin(Session session, string name, Action make)
    {
        if (!IsMarked(session, name))
            PoolVolumes.Create(session, VolumeXml.Of(name + Suffix, 0, VolumeFormat.Raw));
        try
        {
            PoolVolumes.Delete(session, name);
            make();
        }
        catch when (session.IsAlive)
        {
            Delete(session, name);
            throw;
        }
    }

    /// <summary>Takes the mark away: the volume is whole.</summary>
    public static void End(Session session, string name) => PoolVolumes.Delete(session, name + Suffix);

    /// <summary>Deletes the volume and its mark. The mark goes last, or a half would pass for a whole.</summary>
    public static void Delete(Session session, string name)
    {
        PoolVolumes.Delete(session, name);
        PoolVolumes.Delete(session, name + Suffix);
    }

    /// <summary>The volume that a file in the pool belongs to.</summary>
    public static string VolumeOf(string file)
        => file.EndsWith(Suffix, StringComparison.Ordinal) ? file[..^Suffix.Length] : file;

    public static bool IsValidName(string name)
        => name.Length is > 0 and < 200 && name[0] != '.' && !name.EndsWith(Suffix, StringComparison.Ordinal)
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');
}
