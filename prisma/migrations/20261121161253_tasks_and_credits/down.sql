-- The kind goes, and with it what is of that kind.
DELETE FROM "public"."Job" WHERE "kind" = 'TASK';
DELETE FROM "public"."Event" WHERE "jobId" IS NULL;
DELETE FROM "public"."OAuthIdentity" WHERE "provider" = 'CLERK';
DELETE FROM "public"."OAuthState" WHERE "provider" = 'CLERK';

-- AlterEnum
CREATE TYPE "public"."JobKind_new" AS ENUM ('DOCS', 'ANALYSIS');
ALTER TABLE "public"."Job" ALTER COLUMN "kind" TYPE "public"."JobKind_new" USING ("kind"::text::"public"."JobKind_new");
ALTER TYPE "public"."JobKind" RENAME TO "JobKind_old";
ALTER TYPE "public"."JobKind_new" RENAME TO "JobKind";
DROP TYPE "public"."JobKind_old";


-- AlterEnum
CREATE TYPE "public"."OAuthProvider_new" AS ENUM ('GITHUB', 'GOOGLE');
ALTER TABLE "public"."OAuthIdentity" ALTER COLUMN "provider" TYPE "public"."OAuthProvider_new" USING ("provider"::text::"public"."OAuthProvider_new");
ALTER TABLE "public"."OAuthState" ALTER COLUMN "provider" TYPE "public"."OAuthProvider_new" USING ("provider"::text::"public"."OAuthProvider_new");
ALTER TYPE "public"."OAuthProvider" RENAME TO "OAuthProvider_old";
ALTER TYPE "public"."OAuthProvider_new" RENAME TO "OAuthProvider";
DROP TYPE "public"."OAuthProvider_old";


-- DropForeignKey
ALTER TABLE "public"."CreditAccount" DROP CONSTRAINT "CreditAccount_userId_fkey";

-- DropForeignKey
ALTER TABLE "public"."CreditHold" DROP CONSTRAINT "CreditHold_userId_fkey";

-- DropForeignKey
ALTER TABLE "public"."CreditTransaction" DROP CONSTRAINT "CreditTransaction_userId_fkey";

-- DropForeignKey
ALTER TABLE "public"."RepositorySync" DROP CONSTRAINT "RepositorySync_userId_fkey";

-- DropForeignKey
ALTER TABLE "public"."Task" DROP CONSTRAINT "Task_aiModelId_fkey";

-- DropForeignKey
ALTER TABLE "public"."Task" DROP CONSTRAINT "Task_jobId_fkey";

-- DropForeignKey
ALTER TABLE "public"."Task" DROP CONSTRAINT "Task_repositoryId_fkey";

-- DropForeignKey
ALTER TABLE "public"."Task" DROP CONSTRAINT "Task_retryOfId_fkey";

-- DropForeignKey
ALTER TABLE "public"."TaskResult" DROP CONSTRAINT "TaskResult_jobId_fkey";

-- DropIndex
DROP INDEX "public"."Repository_githubId_idx";

-- AlterTable
ALTER TABLE "public"."Repository" DROP COLUMN "description",
DROP COLUMN "githubId",
DROP COLUMN "isActive",
DROP COLUMN "isPrivate",
DROP COLUMN "language",
DROP COLUMN "pushedAt";

-- DropTable
DROP TABLE "public"."AiModel";

-- DropTable
DROP TABLE "public"."CreditAccount";

-- DropTable
DROP TABLE "public"."CreditHold";

-- DropTable
DROP TABLE "public"."CreditTransaction";

-- DropTable
DROP TABLE "public"."GitHubDelivery";

-- DropTable
DROP TABLE "public"."RepositorySync";

-- DropTable
DROP TABLE "public"."Task";

-- DropTable
DROP TABLE "public"."TaskResult";

-- DropEnum
DROP TYPE "public"."CreditTransactionType";

-- DropEnum
DROP TYPE "public"."ModelProvider";

-- DropEnum
DROP TYPE "public"."PullRequestState";

-- DropEnum
DROP TYPE "public"."SubscriptionTier";

-- DropEnum
DROP TYPE "public"."TaskPriority";

-- DropEnum
DROP TYPE "public"."TaskResultType";

-- DropEnum
DROP TYPE "public"."TaskType";
