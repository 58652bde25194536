using Dapper;
using Kiroku.Storage;

namespace Kiroku.Images;

/// <summary>The projects that images are shared with, in rows.</summary>
internal sealed class ImageMemberStore(IDatabase database)
{
    public async Task<IReadOnlyList<ImageMember>> ListAsync(string imageId, CancellationToken cancellationToken)
        => [.. await database.ReadOneAsync(db => db.QueryAsync<ImageMember>(
            "SELECT * FROM image_members WHERE image_id = @imageId ORDER BY created_at, member_id", new { imageId }),
                cancellationToken)];

    /// <summary>Adds a project, unless it is a member already or the image has as many members as allowed.</summary>
    /// <returns>The number of members including it; null if it was one already, or there is no such image.</returns>
    public Task<int?> AddAsync(ImageMember member, int most, CancellationToken cancellationToken)
        => database.WriteAloneAsync<int?>(async db =>
        {
            var count = 1 + await db.ExecuteScalarAsync<int>(
                "SELECT COUNT(*) FROM image_members WHERE image_id = @ImageId", member);
            if (count > most)
                return count;
            var added = await db.ExecuteAsync(
                Columns<ImageMember>.InsertWhere("image_members")
                    + " FROM images WHERE id = @ImageId ON CONFLICT (image_id, member_id) DO NOTHING", member);
            return added == 1 ? count : null;
        }, cancellationToken);

    /// <returns>False if the project is not a member.</returns>
    public async Task<bool> UpdateAsync(ImageMember member, CancellationToken cancellationToken)
        => await database.WriteAsync(db => db.ExecuteAsync(
            "UPDATE image_members SET status = @Status, updated_at = @UpdatedAt WHERE image_id = @ImageId AND "
                + "member_id = @MemberId",
            member), cancellationToken) == 1;

    public Task DeleteAsync(ImageMember member, CancellationToken cancellationToken)
        => database.WriteAsync(db => db.ExecuteAsync(
            "DELETE FROM image_members WHERE image_id = @ImageId AND member_id = @MemberId", member),
                cancellationToken);
}
