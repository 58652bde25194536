using Dapper;
using Kiroku.Identity;
using Kiroku.Storage;

namespace Kiroku.Images;

/// <summary>What is known of images, in rows; their bytes are <see cref="ImageFiles"/>.</summary>
internal sealed class ImageStore(IDatabase database, TimeProvider time)
{
    public Task<Image?> FindAsync(string id, CancellationToken cancellationToken)
        => database.ReadAsync(db => db.QuerySingleOrDefaultAsync<Image>("SELECT * FROM images WHERE id = @id", new { id }), cancellationToken);

    /// <summary>The image if there is one that the caller may see and use.</summary>
    public async Task<Image?> FindVisibleAsync(string id, Caller caller, CancellationToken cancellationToken)
    {
        var image = await FindAsync(id, cancellationToken);
        var visible = caller.IsAdmin || image?.Owner == caller.ProjectId || image?.Visibility == ImageVisibility.Public;
        return visible ? image : null;
    }

    /// <summary>All images that pass the filter and that the caller may see.</summary>
    public async Task<IReadOnlyList<Image>> ListAsync(ImageFilter filter, Caller caller, CancellationToken cancellationToken)
    {
        var (where, values) = filter.ToSql(caller);
        return [.. await database.ReadAsync(db => db.QueryAsync<Image>($"SELECT * FROM images WHERE {where}", values), cancellationToken)];
    }

    /// <returns>False if there is an image of that id.</returns>
    public async Task<bool> AddAsync(Image image, CancellationToken cancellationToken)
        => await database.WriteAsync(db => db.ExecuteAsync(
            """
            INSERT INTO images (id, name, owner, visibility, status, disk_format, container_format, min_disk, min_ram, protected,
                os_hidden, tags, properties, created_at, updated_at)
            VALUES (@Id, @Name, @Owner, @Visibility, @Status, @DiskFormat, @ContainerFormat, @MinDisk, @MinRam, @Protected,
                @OsHidden, @Tags, @Properties, @CreatedAt, @UpdatedAt)
            ON CONFLICT (id) DO NOTHING
            """, Row(image)), cancellationToken) == 1;

    /// <returns>False unless the image waited for its bytes: someone else is sending them, or they are there.</returns>
    public Task<bool> BeginUploadAsync(Image image, CancellationToken cancellationToken)
        => MoveAsync(image, ImageStatus.Queued, ImageStatus.Saving, null, cancellationToken);

    public Task<bool> AbandonUploadAsync(Image image)
        => MoveAsync(image, ImageStatus.Saving, ImageStatus.Queued, null, CancellationToken.None);

    /// <returns>False if the image was deleted meanwhile.</returns>
    public Task<bool> FinishUploadAsync(Image image, ImageContent content, CancellationToken cancellationToken)
        => MoveAsync(image, ImageStatus.Saving, ImageStatus.Active, content, cancellationToken);

    public async Task<bool> DeleteAsync(string id, CancellationToken cancellationToken)
        => await database.WriteAsync(db => db.ExecuteAsync("DELETE FROM images WHERE id = @id", new { id }), cancellationToken) == 1;

    /// <summary>Takes images whose upload a stopped process left behind back to the start.</summary>
    /// <returns>The ids of the images whose bytes are there.</returns>
    public async Task<IReadOnlySet<string>> RecoverAsync(CancellationToken cancellationToken)
        => (await database.WriteAsync(async db =>
        {
            await db.ExecuteAsync("UPDATE images SET status = @Queued WHERE status = @Saving", new { ImageStatus.Queued, ImageStatus.Saving });
            return await db.QueryAsync<string>("SELECT id FROM images WHERE status = @Active", new { ImageStatus.Active });
        }, cancellationToken)).ToHashSet(StringComparer.Ordinal);

    /// <summary>Leaves this the only image of its name that its owner's lists show.</summary>
    public Task SupersedeAsync(Image image, CancellationToken cancellationToken)
        => database.WriteAsync(db => db.ExecuteAsync(
            "UPDATE images SET os_hidden = 1, updated_at = @now WHERE name = @Name AND owner = @Owner AND id <> @Id AND os_hidden = 0",
            new { image.Name, image.Owner, image.Id, now = time.UtcNow() }), cancellationToken);

    private async Task<bool> MoveAsync(Image image, string from, string to, ImageContent? content, CancellationToken cancellationToken)
        => await database.WriteAsync(db => db.ExecuteAsync(
            """
            UPDATE images SET status = @to, size = @Size, virtual_size = @VirtualSize, checksum = @Md5, os_hash_value = @Sha512, updated_at = @now
            WHERE id = @Id AND created_at = @CreatedAt AND status = @from
            """,
            new { image.Id, image.CreatedAt, from, to, content?.Size, content?.VirtualSize, content?.Md5, content?.Sha512, now = time.UtcNow() }),
            cancellationToken) == 1;

    /// <summary>Truth values as the columns keep them, in every database.</summary>
    private static DynamicParameters Row(Image image)
    {
        var row = new DynamicParameters(image);
        row.Add("Protected", image.Protected ? 1 : 0);
        row.Add("OsHidden", image.OsHidden ? 1 : 0);
        return row;
    }
}

/// <summary>What was measured of an image's bytes as they came.</summary>
internal sealed record ImageContent(long Size, long? VirtualSize, string Md5, string Sha512);
