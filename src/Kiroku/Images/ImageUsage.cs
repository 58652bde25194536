using System.Data.Common;
using Dapper;
using Kiroku.Quotas;

namespace Kiroku.Images;

/// <summary>Counts what a project has of images, for its quotas.</summary>
internal sealed class ImageUsage : IImageUsage
{
    public Task<long> CountAsync(DbConnection connection, string owner)
        => connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM images WHERE owner = @owner", new { owner });

    public Task<long> CountUploadsAsync(DbConnection connection, string owner)
        => connection.ExecuteScalarAsync<long>(
            "SELECT COUNT(*) FROM images WHERE owner = @owner AND status = 'saving'", new { owner });

    /// <summary>An image counts with its bytes, or with what its upload has taken for them.</summary>
    public Task<long> CountBytesAsync(DbConnection connection, string owner, string exceptImageId)
        => connection.ExecuteScalarAsync<long>(
            """
            SELECT CAST(COALESCE(SUM(
                CASE WHEN status = 'saving' THEN COALESCE(reserved, 0) ELSE COALESCE(size, 0) END), 0) AS BIGINT)
            FROM images WHERE owner = @owner AND id <> @exceptImageId
            """, new { owner, exceptImageId });
}
