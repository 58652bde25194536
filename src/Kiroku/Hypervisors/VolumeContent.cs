namespace Kiroku.Hypervisors;

/// <summary>The layouts of a volume's content.</summary>
[GenerateSerializer, Alias("Kiroku.VolumeFormat")]
public enum VolumeFormat
{
    Raw,
    Qcow2,
}

/// <summary>
/// A volume's content on its way: its format, its size as the guest sees it, and about how many bytes its file has, for
/// room and progress.
/// </summary>
[GenerateSerializer, Immutable, Alias("Kiroku.VolumeContent")]
public sealed record VolumeContent(
    [property: Id(0)] VolumeFormat Format, [property: Id(1)] long Bytes, [property: Id(2)] long FileBytes);
