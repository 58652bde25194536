using System.Data.Common;

namespace Kiroku.Quotas;

/// <summary>
/// Counts what a project's images take up of its quotas, within the caller's transaction: images are known in their own
/// room.
/// </summary>
internal interface IImageUsage
{
    Task<long> CountAsync(DbConnection connection, string owner);

    /// <summary>How many of them are being given their bytes.</summary>
    Task<long> CountUploadsAsync(DbConnection connection, string owner);

    /// <summary>The bytes that they have, or that their uploads have taken for them, but for one image.</summary>
    Task<long> CountBytesAsync(DbConnection connection, string owner, string exceptImageId);
}
