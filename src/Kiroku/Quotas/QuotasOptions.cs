using System.ComponentModel.DataAnnotations;

namespace Kiroku.Quotas;

/// <summary>
/// Limits for projects that an administrator has set none for (<c>os-quota-sets</c>), nor for the class default
/// (<c>os-quota-class-sets</c>). Defaults are Nova's; -1 means no limit.
/// </summary>
internal sealed class QuotasOptions
{
    public const string Section = "Quotas";

    /// <summary>Servers of one project.</summary>
    [Range(-1, int.MaxValue)]
    public int Instances { get; init; } = 10;

    /// <summary>Virtual processors of all servers of a project.</summary>
    [Range(-1, int.MaxValue)]
    public int Cores { get; init; } = 20;

    /// <summary>Memory of all servers of a project, in MiB.</summary>
    [Range(-1, int.MaxValue)]
    public int Ram { get; init; } = 50 * 1024;

    /// <summary>Metadata items of one server.</summary>
    [Range(-1, int.MaxValue)]
    public int MetadataItems { get; init; } = 128;

    /// <summary>Key pairs of one user.</summary>
    [Range(-1, int.MaxValue)]
    public int KeyPairs { get; init; } = 100;

    /// <summary>Server groups of one project.</summary>
    [Range(-1, int.MaxValue)]
    public int ServerGroups { get; init; } = 10;

    /// <summary>Servers of one user in one server group.</summary>
    [Range(-1, int.MaxValue)]
    public int ServerGroupMembers { get; init; } = 10;

    /// <summary>Files that a request may give a guest (<c>personality</c>, below 2.57).</summary>
    [Range(-1, int.MaxValue)]
    public int InjectedFiles { get; init; } = 5;

    /// <summary>Bytes of such a file's contents, in base 64.</summary>
    [Range(-1, int.MaxValue)]
    public int InjectedFileContentBytes { get; init; } = 10 * 1024;

    /// <summary>Characters of such a file's path.</summary>
    [Range(-1, int.MaxValue)]
    public int InjectedFilePathBytes { get; init; } = 255;

    /// <summary>
    /// Size of all images of a project, in MiB. This and the next two have Glance's names (glance/quota/keystone.py).
    /// </summary>
    [Range(-1, int.MaxValue)]
    public int ImageSizeTotal { get; init; } = 100 * 1024;

    /// <summary>Images of a project, whether or not they hold data yet.</summary>
    [Range(-1, int.MaxValue)]
    public int ImageCountTotal { get; init; } = 200;

    /// <summary>Simultaneous uploads of a project.</summary>
    [Range(-1, int.MaxValue)]
    public int ImageCountUploading { get; init; } = 20;
}
